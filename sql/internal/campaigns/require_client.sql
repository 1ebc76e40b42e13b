create or replace function drip_internal.require_client(p_client_id uuid)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $require_client$
begin
    if not exists (select from drip.clients as c where c.id = p_client_id) then
        raise exception using
            errcode = 'DR001',
            message = format('client %s is not known', coalesce(p_client_id::text, 'null')),
            hint    = 'Create it with drip.create_client(), or look its id up in drip.clients.';
    end if;
end
$require_client$;

comment on function drip_internal.require_client(uuid) is
'Raises DR001 when there is no client with this id.';
