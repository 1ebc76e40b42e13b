create or replace function drip.pause_campaign(p_client_id uuid, p_campaign_id uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $pause_campaign$
begin
    update drip.campaigns as c
       set is_paused = true
     where c.client_id = p_client_id and c.id = p_campaign_id and not c.is_paused;
    if found then
        return true;
    end if;
    perform drip_internal.require_campaign(p_client_id, p_campaign_id);
    return false;
end
$pause_campaign$;

comment on function drip.pause_campaign(uuid, uuid) is
'Stops sending for one campaign; leads may still enroll. Returns false when it was paused already. Raises DR001 for an unknown client, DR002 when the client has no such campaign.';
