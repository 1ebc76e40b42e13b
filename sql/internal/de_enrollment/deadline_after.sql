create or replace function drip_internal.deadline_after(p_time_budget interval)
returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $deadline_after$
begin
    if p_time_budget <= interval '0' then
        raise exception using
            errcode = 'DR012',
            message = format('time budget %s is not positive', p_time_budget),
            hint    = 'Give an interval such as 10 minutes, or null for no limit.';
    end if;
    return clock_timestamp() + p_time_budget;
end
$deadline_after$;

comment on function drip_internal.deadline_after(interval) is
'When a time budget that starts now is used up; null: never. Raises DR012 when it is not positive.';
