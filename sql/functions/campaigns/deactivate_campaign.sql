create or replace function drip.deactivate_campaign(
    p_client_id   uuid,
    p_campaign_id uuid,
    p_now         timestamptz default now()
)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $deactivate_campaign$
begin
    perform drip_internal.require_moment(p_now);
    update drip.campaigns as c
       set is_active = false, deactivated_at = p_now
     where c.client_id = p_client_id and c.id = p_campaign_id and c.is_active;
    if found then
        return true;
    end if;
    perform drip_internal.require_campaign(p_client_id, p_campaign_id);
    return false;
end
$deactivate_campaign$;

comment on function drip.deactivate_campaign(uuid, uuid, timestamptz) is
'Retires one campaign, for good: no sending, no enrolling, and the next sweep takes its active leads out as campaign_deleted. p_now: the moment. Returns false when it was retired already. Raises DR001 for an unknown client, DR002 when the client has no such campaign, DR012 when p_now is no point in time.';
