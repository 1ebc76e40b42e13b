create or replace function drip_internal.list_schedules()
returns table (
    name            text,
    cron_expression text,
    command         text,
    purpose         text,
    enabled         boolean,
    installed_in    text,
    installed_by    text,
    minutes         integer[],
    hours           integer[],
    days            integer[],
    months          integer[],
    weekdays        integer[],
    is_either_day   boolean
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $list_schedules$
begin
    return query
    select s.name, s.cron_expression, s.command, s.purpose, s.enabled, s.installed_in, s.installed_by,
           c.minutes, c.hours, c.days, c.months, c.weekdays, c.is_either_day
      from drip.schedules as s
     cross join lateral drip_internal.parse_cron(s.cron_expression) as c
     order by s.name;
end
$list_schedules$;

comment on function drip_internal.list_schedules() is
'drip.schedules by name, each with what its cron expression means. Security definer: who installs and runs schedules may not read the table.';
