create or replace function drip_internal.parse_cron(
    p_cron_expression text,
    out expression    text,
    out minutes       integer[],
    out hours         integer[],
    out days          integer[],
    out months        integer[],
    out weekdays      integer[],
    out is_either_day boolean,
    out shortest_gap  interval
)
returns record
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $parse_cron$
declare
    v_months   constant text[] := array['jan', 'feb', 'mar', 'apr', 'may', 'jun',
                                        'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
    v_weekdays constant text[] := array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    v_fields   text[];
    v_problem  text;
begin
    expression := lower(btrim(regexp_replace(p_cron_expression, '\s+', ' ', 'g')));
    expression := case expression
        when '@hourly' then '0 * * * *'
        when '@daily' then '0 0 * * *'
        when '@midnight' then '0 0 * * *'
        when '@weekly' then '0 0 * * 0'
        when '@monthly' then '0 0 1 * *'
        when '@yearly' then '0 0 1 1 *'
        when '@annually' then '0 0 1 1 *'
        else expression
    end;
    v_fields := string_to_array(expression, ' ');
    v_problem := case
        when expression is null or expression = '' then 'a schedule needs a cron expression'
        when char_length(expression) > 255 then 'a cron expression has at most 255 characters'
        when expression ~ '^[0-9.]+ ?(s|secs?|seconds?|ms|milliseconds?)$'
        then format('%s is finer than a minute, and the clock''s steps are minutes', quote_literal(expression))
        when cardinality(v_fields) in (6, 7)
        then format('the cron expression %s has %s fields; one of seconds would be finer than a minute, and the clock''s steps are minutes',
                    quote_literal(expression), cardinality(v_fields))
        when cardinality(v_fields) <> 5
        then format('%s is no cron expression', quote_literal(left(expression, 60)))
    end;
    if v_problem is not null then
        raise exception using
            errcode = 'DR012',
            message = v_problem,
            hint    = 'Give five fields: minute, hour, day of the month, month, day of the week; * * * * * is each minute, */15 * * * * every 15.';
    end if;

    minutes := drip_internal.parse_cron_field(v_fields[1], 'minute', 0, 59);
    hours := drip_internal.parse_cron_field(v_fields[2], 'hour', 0, 23);
    days := drip_internal.parse_cron_field(v_fields[3], 'day of the month', 1, 31);
    months := drip_internal.parse_cron_field(v_fields[4], 'month', 1, 12, v_months);
    weekdays := drip_internal.parse_cron_field(v_fields[5], 'day of the week', 0, 7, v_weekdays);
    -- Sunday is 0 and 7.
    weekdays := array(select distinct w.day % 7 from unnest(weekdays) as w (day) order by 1);
    -- When both kinds of day are restricted, one of them suffices.
    is_either_day := v_fields[3] not like '*%' and v_fields[5] not like '*%';
    if not is_either_day and not exists (
           select from unnest(days) as d (day) cross join unnest(months) as m (month)
            where d.day <= case when m.month = 2 then 29 when m.month in (4, 6, 9, 11) then 30 else 31 end) then
        raise exception using
            errcode = 'DR012',
            message = format('%s never comes: no such month has such a day', quote_literal(expression)),
            hint    = 'Change the third field, the day of the month, or the fourth, the month.';
    end if;

    select make_interval(mins => min(g.gap)::integer) into shortest_gap
      from (select coalesce(lead(t.minute) over (order by t.minute), min(t.minute) over () + 1440) - t.minute as gap
              from (select h.hour * 60 + m.minute as minute
                      from unnest(hours) as h (hour) cross join unnest(minutes) as m (minute)) as t) as g;
end
$parse_cron$;

comment on function drip_internal.parse_cron(text) is
'What a cron expression means: the expression in its plain form, the values of each field (weekdays: Sunday is 0), whether a day of either kind suffices, and the shortest time between two runs. Five fields as pg_cron 1.4 reads them, or @hourly, @daily, @weekly, @monthly, @yearly. Raises DR012 for one that is none, is finer than a minute, or never comes.';
