create or replace function drip_internal.raise_unknown_key(p_id uuid)
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $raise_unknown_key$
begin
    raise exception using
        errcode = 'DR017',
        message = format('key %s is not known', coalesce(p_id::text, 'null')),
        hint    = 'Look its id up with drip.list_api_keys().';
end
$raise_unknown_key$;

comment on function drip_internal.raise_unknown_key(uuid) is
'Raises DR017: there is no API key with this id.';
