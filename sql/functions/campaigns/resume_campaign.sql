create or replace function drip.resume_campaign(p_client_id uuid, p_campaign_id uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $resume_campaign$
begin
    update drip.campaigns as c
       set is_paused = false
     where c.client_id = p_client_id and c.id = p_campaign_id and c.is_paused;
    if found then
        return true;
    end if;
    perform drip_internal.require_campaign(p_client_id, p_campaign_id);
    return false;
end
$resume_campaign$;

comment on function drip.resume_campaign(uuid, uuid) is
'Sends again for one campaign; a retired one stays retired. Returns false when it was not paused. Raises DR001 for an unknown client, DR002 when the client has no such campaign.';
