create or replace function drip_internal.insert_campaign(p_campaign jsonb)
returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $insert_campaign$
declare
    v_id uuid;
begin
    insert into drip.campaigns (
           client_id, name, form_id, campaign_type, messages, is_paused, is_active, auto_discovered, webinar_datetime,
           zoom_link, resource_name, resource_link, reenroll_outcomes, reenroll_after_days)
    select r.client_id, r.name, r.form_id, r.campaign_type, r.messages, r.is_paused, r.is_active, r.auto_discovered,
           r.webinar_datetime, r.zoom_link, r.resource_name, r.resource_link, r.reenroll_outcomes, r.reenroll_after_days
      from jsonb_populate_record(null::drip.campaigns, p_campaign) as r
    returning id into v_id;
    return v_id;
exception when unique_violation then
    raise exception using
        errcode = 'DR015',
        message = format('form %s belongs to another campaign of the client', p_campaign ->> 'form_id'),
        hint    = 'Give another form id, or take it from that campaign first.';
end
$insert_campaign$;

comment on function drip_internal.insert_campaign(jsonb) is
'Inserts a campaign (as to_jsonb() gives a row), all but its id and what the engine counts and stamps, and returns its new id. Raises DR015 when another campaign of the client has the form.';
