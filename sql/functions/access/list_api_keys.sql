create or replace function drip.list_api_keys(p_client_id uuid default null, p_now timestamptz default now())
returns table (
    id           uuid,
    prefix       text,
    client_id    uuid,
    name         text,
    scopes       text[],
    status       text,
    created_at   timestamptz,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $list_api_keys$
begin
    perform drip_internal.require_moment(p_now);
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;
    return query
    select k.id, k.prefix, k.client_id, k.name, k.scopes,
           case when k.revoked_at is not null then 'revoked' when k.expires_at <= p_now then 'expired' else 'live' end,
           k.created_at, k.expires_at, k.revoked_at, k.last_used_at
      from drip_internal.api_keys as k
     where p_client_id is null or k.client_id = p_client_id
     order by k.created_at desc, k.id;
end
$list_api_keys$;

comment on function drip.list_api_keys(uuid, timestamptz) is
'The keys of one client, or (null) all keys, newest first; never a key itself, nor its hash. prefix: its middle part, drip_<prefix>_…; client_id null: for all clients; status at p_now: live, expired or revoked; last_used_at: to the minute. Raises DR001 for an unknown client, DR012 when p_now is no point in time.';
