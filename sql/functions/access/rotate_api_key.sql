create or replace function drip.rotate_api_key(
    p_id         uuid,
    p_overlap    interval    default interval '7 days',
    p_expires_at timestamptz default null,
    p_now        timestamptz default now()
)
returns table (id uuid, key text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $rotate_api_key$
declare
    v_key  drip_internal.api_keys;
    v_live bigint;
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.require_expiry(p_expires_at, p_now);
    if p_overlap < interval '0' or not isfinite(p_now + p_overlap) then
        raise exception using
            errcode = 'DR012',
            message = format('p_overlap cannot be %s', p_overlap),
            hint    = 'Give how long the old key lives on, or null: until it is revoked.';
    end if;

    select k.* into v_key from drip_internal.api_keys as k where k.id = p_id for update;
    if not found then
        perform drip_internal.raise_unknown_key(p_id);
    end if;
    -- Counted after the lock: two who rotate one key at the same time see each other's.
    select count(*) into v_live
      from drip_internal.api_keys as k
     where k.chain_id = v_key.chain_id and k.revoked_at is null and (k.expires_at is null or k.expires_at > p_now);
    if v_key.revoked_at is not null or v_key.expires_at <= p_now then
        raise exception using
            errcode = 'DR018',
            message = format('key %s is revoked or has expired', p_id),
            hint    = 'Make a new one with drip.create_api_key().';
    elsif v_live > 1 then
        raise exception using
            errcode = 'DR018',
            message = format('key %s is being rotated already: two keys of its chain are live', p_id),
            hint    = 'Revoke the old one first, with drip.revoke_api_key().';
    end if;

    -- The same lifetime again, unless told otherwise.
    select m.id, m.key into id, key
      from drip_internal.make_api_key(
           v_key.client_id, v_key.chain_id, v_key.scopes, v_key.name,
           coalesce(p_expires_at, p_now + (v_key.expires_at - v_key.created_at)), p_now) as m;
    update drip_internal.api_keys as k
       set expires_at = least(k.expires_at, p_now + p_overlap)
     where k.id = p_id;
    return next;
end
$rotate_api_key$;

comment on function drip.rotate_api_key(uuid, interval, timestamptz, timestamptz) is
'Makes another key with the same client, scopes and name, and returns its id and the key, which is shown only now. The old one lives on for p_overlap (null: until it is revoked), so that callers can be changed one by one. p_expires_at: of the new key; null: it lives as long as the old one was to live. At most two keys of one chain are live. Raises DR012 for an overlap or a moment that is past or none, DR017 for an unknown key, DR018 for a key that is not live, or when both are live already.';
