create or replace function drip_internal.find_turn_holder(p_schedule text)
returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $find_turn_holder$
declare
    v_pid integer;
begin
    select k.pid into v_pid
      from pg_locks as k
     where k.locktype = 'advisory' and k.classid = 20039 and k.objsubid = 2 and k.granted
       and k.objid = hashtext(p_schedule)::oid
       and k.database = (select d.oid from pg_database as d where d.datname = current_database());
    return v_pid;
end
$find_turn_holder$;

comment on function drip_internal.find_turn_holder(text) is
'The backend that holds the lock of a schedule (20039, hash of its name), or null.';
