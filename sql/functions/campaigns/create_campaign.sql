create or replace function drip.create_campaign(p_client_id uuid, p_campaign jsonb, p_now timestamptz default now())
returns json
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $create_campaign$
declare
    v_patched record;
    v_id      uuid;
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.require_client(p_client_id);
    select p.campaign, p.fields, p.problems into v_patched
      from drip_internal.patch_campaign(
           jsonb_build_object(
               'client_id', p_client_id, 'campaign_type', 'standard', 'messages', '[]'::jsonb, 'is_paused', false,
               'is_active', true, 'auto_discovered', false),
           p_campaign, p_now) as p;
    perform drip_internal.raise_campaign_problems(v_patched.fields, v_patched.problems);
    -- In a statement of its own, since the one that inserts does not see the row.
    v_id := drip_internal.insert_campaign(v_patched.campaign);
    return drip.describe_campaign(p_client_id, v_id);
end
$create_campaign$;

comment on function drip.create_campaign(uuid, jsonb, timestamptz) is
'Creates a campaign and returns it as drip.describe_campaign() does. p_campaign: {name, formId, campaignType, messages, isPaused, isActive, autoDiscovered, webinarDatetime, zoomLink, resourceName, resourceLink, reenrollOutcomes, reenrollAfterDays}, camel or snake case; only the name is needed, and of a webinar a webinarDatetime after p_now and a zoomLink. Names are made plain text of at most 255 characters; a form id or URL that is none is refused. Raises DR001 for an unknown client, DR012 when p_now is no point in time, DR015 when another campaign of the client has the form, DR016 with all that is wrong with the fields.';
