create or replace function drip.get_deployment()
returns table (migration text, drifted bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $get_deployment$
begin
    return query
    select (select max(m.migration_id) from drip_internal._yoyo_migration as m)::text,
           (select count(*) from drip.object_drift as d);
end
$get_deployment$;

comment on function drip.get_deployment() is
'What is deployed here, for callers that may execute routines and read no table: the latest migration''s id, and how many objects drip.object_drift names (0: what the last deploy left).';
