-- Where to look for leads that are to leave: index probes per campaign, never a scan of the leads. OFFSET 0 keeps the
-- probes nested: flattened, the planner guesses that a third of the table is due and reads all of it.
create or replace view drip_internal.due_leads with (security_invoker = true) as
select l.client_id, l.id
  from drip.leads as l
 where l.is_active and (l.opted_out or l.booked_at is not null)
 union all
select c.client_id, d.id
  from drip.campaigns as c
 cross join lateral (
       select l.id
         from drip.leads as l
        where l.client_id = c.client_id
          and l.campaign_link_id = c.id
          and l.is_active and not l.opted_out and l.booked_at is null
          and l.current_message_position >= case when c.is_active then c.message_count else 0 end
       offset 0) as d
 where c.message_count > 0 or not c.is_active
 union all
select l.client_id, l.id
  from drip.leads as l
 where l.campaign_link_id is null
   and l.is_active and not l.opted_out and l.booked_at is null;

comment on view drip_internal.due_leads is
'Each lead that drip_internal.lead_exits gives an outcome, once, found by index. Filter by client_id.';
