create or replace view drip.stuck_leads with (security_invoker = true) as
with candidates as (
    select d.client_id, d.id
      from drip_internal.due_leads as d
     union all
    select l.client_id, l.id
      from drip.campaigns as c
      join drip.leads as l on l.client_id = c.client_id and l.campaign_link_id = c.id
     where c.is_active and c.message_count = 0
       and l.is_active and not l.opted_out and l.booked_at is null
)
select k.id,
       k.client_id,
       l.first_name,
       l.last_name,
       l.campaign_link_id,
       x.campaign_name,
       l.current_message_position,
       c.message_count,
       case when e.id is not null then 'failing' else x.reason end as reason,
       x.outcome,
       l.enrolled_at,
       l.updated_at,
       e.attempts as failed_attempts,
       e.retry_at,
       e.sqlstate,
       e.message as error_message,
       case
           when e.id is not null then 'Its exit raised an error: see error_message, mend the cause, then drip.fix_stuck_leads(client_id).'
           when x.outcome is null then 'The campaign has no messages: add some, or retire it.'
           else 'The next sweep takes it out of its campaign.'
       end as advice
  from candidates as k
 -- OFFSET 0: a look-up per candidate, whatever the planner makes of their number. With stale statistics it takes them for
 -- one and searches them all again for every lead.
 cross join lateral (
       select a.* from drip.leads as a where a.id = k.id and a.client_id = k.client_id offset 0) as l
 cross join lateral (
       select a.* from drip_internal.lead_exits as a where a.id = k.id and a.client_id = k.client_id offset 0) as x
  left join drip.campaigns as c on c.id = l.campaign_link_id and c.client_id = l.client_id
  left join drip.de_enrollment_errors as e
    on e.client_id = k.client_id and e.lead_id = k.id and e.resolved_at is null;

comment on view drip.stuck_leads is
'Active leads that should have left their campaign, or never can: one row per lead. reason: completed_sequence, opted_out_active, booked_active, campaign_inactive, campaign_missing (the next sweep takes these out, with the outcome given), empty_campaign, failing (its exit raised error_message; retried at retry_at). advice: what to do.';
