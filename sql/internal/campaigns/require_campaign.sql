create or replace function drip_internal.require_campaign(p_client_id uuid, p_campaign_id uuid)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $require_campaign$
begin
    if not exists (select from drip.campaigns as c where c.id = p_campaign_id and c.client_id = p_client_id) then
        perform drip_internal.require_client(p_client_id);
        raise exception using
            errcode = 'DR002',
            message = format('client %s has no campaign %s', p_client_id, coalesce(p_campaign_id::text, 'null')),
            hint    = 'Look it up in drip.campaigns.';
    end if;
end
$require_campaign$;

comment on function drip_internal.require_campaign(uuid, uuid) is
'Raises DR001 for an unknown client, DR002 when the client has no such campaign.';
