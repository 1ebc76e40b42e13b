create or replace view drip.airtable_backlog with (security_invoker = true) as
select o.client_id,
       o.campaign_id,
       coalesce(c.name, o.deleted_record ->> 'Name') as campaign_name,
       n.changes,
       o.changed_at,
       o.attempts,
       o.claimed_until,
       o.retry_at,
       o.last_error
  from drip.airtable_outbox as o
 cross join lateral (
       select count(*) as changes
         from drip.airtable_outbox as l
        where l.campaign_id = o.campaign_id and l.client_id = o.client_id) as n
  left join drip.campaigns as c on c.id = o.campaign_id and c.client_id = o.client_id
 where not exists (
       select from drip.airtable_outbox as e
        where e.campaign_id = o.campaign_id and e.client_id = o.client_id and e.id < o.id);

comment on view drip.airtable_backlog is
'One row per campaign whose newest state Airtable has not got: how many changes wait, since when (changed_at), until when a worker holds it (claimed_until), how often Airtable refused its record (attempts), when it is tried again (retry_at) and what the last error said.';
