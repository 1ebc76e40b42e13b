create or replace function drip_internal.list_session_runs(p_backend_pids integer[])
returns setof uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $list_session_runs$
begin
    return query
    select r.id
      from drip.de_enrollment_runs as r
      join pg_locks as k on k.objid = r.lock_id::oid
     where r.finished_at is null and r.driver = 'procedure'
       and k.locktype = 'advisory' and k.classid = 20037 and k.objsubid = 2
       and k.pid = any (p_backend_pids);
end
$list_session_runs$;

comment on function drip_internal.list_session_runs(integer[]) is
'Ids of the runs that these sessions drive now, by their proof of life: to watch a procedure that has not come back yet. Security definer: whoever calls the procedures may not read the table.';
