create or replace function drip.resume_campaign(p_client_id uuid, p_campaign_id uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $resume_campaign$
declare
    v_is_paused boolean;
begin
    select c.is_paused into v_is_paused
      from drip.campaigns as c
     where c.client_id = p_client_id and c.id = p_campaign_id
       for no key update;
    if not found then
        perform drip_internal.require_campaign(p_client_id, p_campaign_id);
    end if;
    if v_is_paused then
        perform drip.update_campaign(p_client_id, p_campaign_id, '{"isPaused": false}');
    end if;
    return v_is_paused;
end
$resume_campaign$;

comment on function drip.resume_campaign(uuid, uuid) is
'Sends again for one campaign; a retired one stays retired. Returns false when it was not paused. Raises DR001 for an unknown client, DR002 when the client has no such campaign, DR016 for a webinar without date or link.';
