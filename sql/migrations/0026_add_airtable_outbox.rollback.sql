-- Puts what is waiting for Airtable aside in drip_internal.archive_0026_airtable_outbox; applying 0026 again brings it back.
create table drip_internal.archive_0026_airtable_outbox as
select o.id, o.client_id, o.campaign_id, o.deleted_record, o.changed_at, o.attempts, o.retry_at, o.last_error
  from drip.airtable_outbox as o;

drop table drip.airtable_outbox cascade;
