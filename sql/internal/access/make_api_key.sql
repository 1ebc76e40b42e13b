create or replace function drip_internal.make_api_key(
    p_client_id  uuid,
    p_chain_id   uuid,
    p_scopes     text[],
    p_name       text,
    p_expires_at timestamptz,
    p_now        timestamptz
)
returns table (id uuid, key text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $make_api_key$
declare
    v_prefix text := left(replace(gen_random_uuid()::text, '-', ''), 10);
    -- Three random UUIDs carry 366 bits of PostgreSQL's strong randomness; their SHA-256 keeps 256, and shows no bits that
    -- are fixed in a UUID.
    v_secret text := rtrim(translate(encode(sha256(
        uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'),
        '+/', '-_'), '=');
begin
    id := gen_random_uuid();
    key := format('drip_%s_%s', v_prefix, v_secret);
    insert into drip_internal.api_keys (
           id, client_id, chain_id, prefix, key_sha256, name, scopes, created_at, expires_at)
    values (make_api_key.id, p_client_id, coalesce(p_chain_id, make_api_key.id), v_prefix,
            sha256(convert_to(make_api_key.key, 'UTF8')), p_name, p_scopes, p_now, p_expires_at);
    return next;
end
$make_api_key$;

comment on function drip_internal.make_api_key(uuid, uuid, text[], text, timestamptz, timestamptz) is
'Makes a key, drip_<10 hexadecimal digits>_<43 characters of base64url>, stores its SHA-256 and returns its id and the key itself. p_chain_id null: the first of a chain. Arguments are checked by the callers.';
