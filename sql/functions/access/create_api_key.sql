create or replace function drip.create_api_key(
    p_client_id  uuid        default null,
    p_scopes     text[]      default array['admin'],
    p_expires_at timestamptz default null,
    p_name       text        default null,
    p_now        timestamptz default now()
)
returns table (id uuid, key text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $create_api_key$
declare
    v_scopes text[] := array(select distinct s.scope from unnest(p_scopes) as s (scope) order by s.scope);
    -- A longer name is refused, not cut.
    v_name   text := drip.sanitize_plain_text(p_name, 2147483647);
begin
    perform drip_internal.require_moment(p_now);
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;
    perform drip_internal.require_expiry(p_expires_at, p_now);
    if cardinality(v_scopes) = 0 or array_position(v_scopes, null) is not null
       or not v_scopes <@ array['admin', 'leads', 'webhook', 'read'] then
        raise exception using
            errcode = 'DR012',
            message = format('scopes cannot be %s', coalesce(p_scopes::text, 'null')),
            hint    = 'Give some of admin (everything), leads, webhook and read.';
    end if;
    if char_length(v_name) > 255 then
        raise exception using
            errcode = 'DR012',
            message = 'a key''s name has at most 255 characters',
            hint    = 'Give a shorter name, or none.';
    end if;
    return query
    select m.id, m.key from drip_internal.make_api_key(p_client_id, null, v_scopes, v_name, p_expires_at, p_now) as m;
end
$create_api_key$;

comment on function drip.create_api_key(uuid, text[], timestamptz, text, timestamptz) is
'Makes a key for the HTTP door and returns its id and the key, drip_<prefix>_<secret> with 256 random bits, which is shown only now: its SHA-256 is what is stored. p_client_id null: for all clients. p_scopes: admin (everything), leads (enroll, opt out, book, remove), webhook (form submissions), read (show and list). p_expires_at null: until it is revoked. p_name: what it is for. Raises DR001 for an unknown client, DR012 for unknown or no scopes, a name over 255 characters, or a moment that is past or none.';
