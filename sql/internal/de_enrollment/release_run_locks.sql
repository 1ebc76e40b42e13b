create or replace function drip_internal.release_run_locks()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $release_run_locks$
begin
    perform pg_advisory_unlock(20037, k.objid::bigint::integer)
       from pg_locks as k
      where k.locktype = 'advisory' and k.classid = 20037 and k.objsubid = 2
        and k.database = (select d.oid from pg_database as d where d.datname = current_database())
        and k.pid = pg_backend_pid();
end
$release_run_locks$;

comment on function drip_internal.release_run_locks() is
'Gives back what a sweep that was cancelled in the middle of a COMMIT left with this session.';
