-- The exit rule's one home. Filter by client_id and id, or by the place of a locked lead: it decides, drip_internal.due_leads finds.
create or replace view drip_internal.lead_exits with (security_invoker = true) as
select l.id,
       l.client_id,
       c.id as campaign_id,
       c.name as campaign_name,
       case
           when l.opted_out then 'opted_out'
           when l.booked_at is not null then 'booked'
           when c.id is null or not c.is_active then 'campaign_deleted'
           when c.message_count > 0 and l.current_message_position >= c.message_count then 'completed'
       end as outcome,
       case
           when l.opted_out then 'opted_out_active'
           when l.booked_at is not null then 'booked_active'
           when c.id is null then 'campaign_missing'
           when not c.is_active then 'campaign_inactive'
           when c.message_count = 0 then 'empty_campaign'
           when l.current_message_position >= c.message_count then 'completed_sequence'
       end as reason,
       l.ctid as place
  from drip.leads as l
  left join drip.campaigns as c on c.id = l.campaign_link_id and c.client_id = l.client_id
 where l.is_active;

comment on view drip_internal.lead_exits is
'Every active lead with the outcome with which it leaves now (null: it stays) and the reason why it is stuck while it is still here (null: it is in progress).';
