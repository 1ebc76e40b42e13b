create or replace function drip.update_campaign(
    p_client_id   uuid,
    p_campaign_id uuid,
    p_patch       jsonb,
    p_now         timestamptz default now()
)
returns json
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $update_campaign$
declare
    v_campaign jsonb;
    v_patched  record;
begin
    perform drip_internal.require_moment(p_now);
    select to_jsonb(c) into v_campaign
      from drip.campaigns as c
     where c.client_id = p_client_id and c.id = p_campaign_id
       for no key update;
    if not found then
        perform drip_internal.require_campaign(p_client_id, p_campaign_id);
    end if;
    select p.campaign, p.fields, p.problems into v_patched
      from drip_internal.patch_campaign(v_campaign, p_patch, p_now) as p;
    perform drip_internal.raise_campaign_problems(v_patched.fields, v_patched.problems);
    begin
        -- A patch that changes nothing writes nothing, so updated_at and the Airtable outbox stay as they are.
        update drip.campaigns as c
           set name = r.name,
               form_id = r.form_id,
               campaign_type = r.campaign_type,
               messages = r.messages,
               is_paused = r.is_paused,
               is_active = r.is_active,
               deactivated_at = case when c.is_active and not r.is_active then p_now else c.deactivated_at end,
               auto_discovered = r.auto_discovered,
               webinar_datetime = r.webinar_datetime,
               zoom_link = r.zoom_link,
               resource_name = r.resource_name,
               resource_link = r.resource_link,
               reenroll_outcomes = r.reenroll_outcomes,
               reenroll_after_days = r.reenroll_after_days
          from jsonb_populate_record(null::drip.campaigns, v_patched.campaign) as r
         where c.client_id = p_client_id and c.id = p_campaign_id
           and (c.name, c.form_id, c.campaign_type, c.messages, c.is_paused, c.is_active, c.auto_discovered,
                c.webinar_datetime, c.zoom_link, c.resource_name, c.resource_link, c.reenroll_outcomes,
                c.reenroll_after_days)
               is distinct from
               (r.name, r.form_id, r.campaign_type, r.messages, r.is_paused, r.is_active, r.auto_discovered,
                r.webinar_datetime, r.zoom_link, r.resource_name, r.resource_link, r.reenroll_outcomes,
                r.reenroll_after_days);
    exception when unique_violation then
        raise exception using
            errcode = 'DR015',
            message = format('form %s belongs to another campaign of the client', v_patched.campaign ->> 'form_id'),
            hint    = 'Give another form id, or take it from that campaign first.';
    end;
    return drip.describe_campaign(p_client_id, p_campaign_id);
end
$update_campaign$;

comment on function drip.update_campaign(uuid, uuid, jsonb, timestamptz) is
'Changes the fields that p_patch names, those of drip.create_campaign(), and returns the campaign as drip.describe_campaign() does. Null clears formId, webinarDatetime, zoomLink, resourceName, resourceLink, reenrollOutcomes and reenrollAfterDays, and is refused elsewhere. isActive false retires, for good. A webinar''s date must come after p_now when it is set, and neither date nor zoomLink of a webinar can be cleared. Raises DR001 for an unknown client, DR002 when the client has no such campaign, DR008 for isActive true on a retired one, DR012 when p_now is no point in time, DR015 when another campaign of the client has the form, DR016 with all that is wrong with the fields; nothing is changed then.';
