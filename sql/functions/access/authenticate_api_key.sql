create or replace function drip.authenticate_api_key(p_key_sha256 bytea, p_now timestamptz default now())
returns table (id uuid, client_id uuid, scopes text[], prefix text, name text, expires_at timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $authenticate_api_key$
declare
    v_last_used_at timestamptz;
begin
    perform drip_internal.require_moment(p_now);
    select k.id, k.client_id, k.scopes, k.prefix, k.name, k.expires_at, k.last_used_at
      into id, client_id, scopes, prefix, name, expires_at, v_last_used_at
      from drip_internal.api_keys as k
     where k.key_sha256 = p_key_sha256 and k.revoked_at is null and (k.expires_at is null or k.expires_at > p_now);
    if not found then
        return;
    end if;
    -- Once a minute, and whoever finds the row taken leaves it to the other: no request writes, or waits, for this.
    if v_last_used_at is null or v_last_used_at <= p_now - interval '1 minute' then
        update drip_internal.api_keys as k
           set last_used_at = p_now
         where k.id = any (array(
                select u.id from drip_internal.api_keys as u
                 where u.id = authenticate_api_key.id
                   and (u.last_used_at is null or u.last_used_at <= p_now - interval '1 minute')
                   for no key update skip locked));
    end if;
    return next;
end
$authenticate_api_key$;

comment on function drip.authenticate_api_key(bytea, timestamptz) is
'Who holds the key with this SHA-256 (of the whole key as UTF-8): its id, its client (null: all), scopes, prefix, name and end. No row when it is unknown, revoked or expired at p_now. Notes the use, once a minute. Raises DR012 when p_now is no point in time.';
