create or replace function drip.revoke_api_key(p_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $revoke_api_key$
begin
    perform drip_internal.require_moment(p_now);
    update drip_internal.api_keys as k set revoked_at = p_now where k.id = p_id and k.revoked_at is null;
    if found then
        return true;
    elsif not exists (select from drip_internal.api_keys as k where k.id = p_id) then
        perform drip_internal.raise_unknown_key(p_id);
    end if;
    return false;
end
$revoke_api_key$;

comment on function drip.revoke_api_key(uuid, timestamptz) is
'Ends a key, for good, at p_now. Returns false when it was revoked already. Raises DR012 when p_now is no point in time, DR017 for an unknown key.';
