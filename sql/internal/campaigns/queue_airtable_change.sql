create or replace function drip_internal.queue_airtable_change()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $queue_airtable_change$
begin
    -- The campaign's row is locked by whoever changes it, so the ids of its changes follow its commits.
    if tg_op = 'DELETE' then
        insert into drip.airtable_outbox (client_id, campaign_id, deleted_record)
        values (old.client_id, old.id,
                drip_internal.describe_airtable_record(old) || '{"Active": false, "Deleted": true}'::jsonb);
    else
        insert into drip.airtable_outbox (client_id, campaign_id) values (new.client_id, new.id);
    end if;
    return null;
end
$queue_airtable_change$;

comment on function drip_internal.queue_airtable_change() is
'Trigger: appends to the Airtable outbox when a campaign comes, goes, or changes in a column that people set; counters, last_enrollment_at and updates that change nothing do not count. Security definer: whoever may write campaigns needs no rights on the outbox.';

create or replace trigger campaigns_queue_airtable_insert_or_delete
after insert or delete on drip.campaigns
for each row execute function drip_internal.queue_airtable_change();

-- Compared, not listed as UPDATE OF: what a BEFORE trigger changes must be seen too.
create or replace trigger campaigns_queue_airtable_update
after update on drip.campaigns
for each row when (
    (old.is_paused, old.is_active, old.auto_discovered, old.name, old.form_id, old.campaign_type, old.webinar_datetime,
     old.zoom_link, old.resource_name, old.resource_link, old.reenroll_outcomes, old.reenroll_after_days,
     old.message_template, old.messages)
    is distinct from
    (new.is_paused, new.is_active, new.auto_discovered, new.name, new.form_id, new.campaign_type, new.webinar_datetime,
     new.zoom_link, new.resource_name, new.resource_link, new.reenroll_outcomes, new.reenroll_after_days,
     new.message_template, new.messages))
execute function drip_internal.queue_airtable_change();
