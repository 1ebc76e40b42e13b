create or replace function drip.describe_campaign(p_client_id uuid, p_campaign_id uuid)
returns json
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $describe_campaign$
declare
    v_campaign json;
begin
    -- Volatile, so that it sees what the statement that calls it has just made, or waited for:
    -- select drip.describe_campaign(client, a.campaign_id) from drip.auto_create_campaign(…) as a.
    -- @plpgsql_check_options: performance_warnings = off
    if p_client_id is null then
        select o.campaign into v_campaign from drip_internal.campaign_objects as o where o.id = p_campaign_id;
    else
        select o.campaign into v_campaign
          from drip_internal.campaign_objects as o
         where o.id = p_campaign_id and o.client_id = p_client_id;
    end if;
    if v_campaign is not null then
        return v_campaign;
    elsif p_client_id is not null then
        perform drip_internal.require_campaign(p_client_id, p_campaign_id);
    end if;
    raise exception using
        errcode = 'DR002',
        message = format('campaign %s is not known', coalesce(p_campaign_id::text, 'null')),
        hint    = 'Look it up in drip.campaigns.';
end
$describe_campaign$;

comment on function drip.describe_campaign(uuid, uuid) is
'One campaign as a JSON object: {id, name, formId, isPaused, autoDiscovered, messages, clientId, campaignType, isActive, deactivatedAt, webinarDatetime, zoomLink, resourceName, resourceLink, statistics, createdAt, updatedAt, lastEnrollmentAt, reenrollOutcomes, reenrollAfterDays}, keys in this order, timestamps as 2026-01-31T09:30:00.000Z, statistics exact at this instant. p_client_id null: of any client. Raises DR001 for an unknown client, DR002 for an unknown campaign.';
