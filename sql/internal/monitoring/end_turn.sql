create or replace function drip_internal.end_turn(p_schedule text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $end_turn$
begin
    if drip_internal.find_turn_holder(p_schedule) = pg_backend_pid() then
        perform pg_advisory_unlock(20039, hashtext(p_schedule));
    end if;
end
$end_turn$;

comment on function drip_internal.end_turn(text) is
'Gives back the lock of a schedule, if this session has it.';
