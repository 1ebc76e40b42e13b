create or replace function drip_internal.take_turn(p_schedule text)
returns interval
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $take_turn$
declare
    v_gap    interval;
    v_holder integer;
begin
    select c.shortest_gap into v_gap
      from drip.schedules as s
     cross join lateral drip_internal.parse_cron(s.cron_expression) as c
     where s.name = p_schedule;
    if not found then
        raise exception using
            errcode = 'DR014',
            message = format('schedule %s is not known', coalesce(p_schedule, 'null')),
            hint    = 'Give the name of a row of drip.schedules.';
    end if;
    v_holder := drip_internal.find_turn_holder(p_schedule);
    -- A session that was cancelled in the middle keeps the lock, but drives no run any more.
    if v_holder <> pg_backend_pid() and exists (select from drip_internal.list_session_runs(array[v_holder])) then
        return null;
    elsif v_holder is null and not pg_try_advisory_lock(20039, hashtext(p_schedule)) then
        return null;
    end if;
    return v_gap * 0.8;
end
$take_turn$;

comment on function drip_internal.take_turn(text) is
'Takes the lock of a schedule for this session and returns how long a run may take: four fifths of the shortest time between two runs. Null: another session''s run is at work. Raises DR014 for an unknown schedule. Security definer: who runs schedules may not read the table.';
