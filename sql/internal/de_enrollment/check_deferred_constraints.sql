create or replace function drip_internal.check_deferred_constraints()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $check_deferred_constraints$
declare
    v_constraint record;
begin
    for v_constraint in
        select c.conname
          from pg_constraint as c
          join pg_namespace as n on n.oid = c.connamespace
         where n.nspname = 'drip' and c.condeferrable
    loop
        execute format('set constraints drip.%I immediate', v_constraint.conname);
    end loop;
end
$check_deferred_constraints$;

comment on function drip_internal.check_deferred_constraints() is
'Makes deferred constraints that somebody put on tables of drip fail now, where one lead''s failure can be told from another''s, and not at COMMIT. The caller''s own on other tables stay deferred.';
