create or replace function drip_internal.parse_cron_field(
    p_field text,
    p_what  text,
    p_low   integer,
    p_high  integer,
    p_names text[] default '{}'
)
returns integer[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $parse_cron_field$
declare
    v_names   text := case when cardinality(p_names) > 0 then format(', or %s to %s', p_names[1], p_names[cardinality(p_names)]) else '' end;
    v_part    text;
    v_match   text[];
    v_ends    integer[];
    v_from    integer;
    v_to      integer;
    v_step    integer;
    v_values  integer[] := array[]::integer[];
    v_problem text;
begin
    foreach v_part in array string_to_array(p_field, ',') loop
        v_match := regexp_match(v_part, '^(?:\*|([0-9]{1,8}|[a-z]+)(-)?([0-9]{1,8}|[a-z]+)?)(/[0-9]{1,8})?$');
        v_ends := array(
            select case when e.value ~ '^[0-9]' then e.value::integer
                        else array_position(p_names, e.value) - 1 + p_low end
              from unnest(array[v_match[1], v_match[3]]) with ordinality as e (value, place)
             where e.value is not null
             order by e.place);
        v_step := coalesce(substr(v_match[4], 2)::integer, 1);
        if v_match[1] is null then
            v_from := p_low;
            v_to := p_high;
        else
            v_from := v_ends[1];
            v_to := v_ends[cardinality(v_ends)];
        end if;
        v_problem := case
            when v_match is null or (v_match[2] is null) <> (v_match[3] is null) then 'is not understood'
            when v_from is null or v_to is null then 'has a name that does not exist'
            when least(v_from, v_to) < p_low or greatest(v_from, v_to) > p_high
            then format('is not between %s and %s', p_low, p_high)
            -- pg_cron takes 50-10 and fri-sun, and then never runs them.
            when v_from > v_to then 'is a range that goes down'
            when v_match[4] is not null and v_match[1] is not null and v_match[2] is null
            then 'has a step without a range'
            when v_step = 0 then 'has a step of 0'
            -- pg_cron takes */90, which is not every 90 minutes but every hour.
            when v_step > p_high then format('has a step that is longer than %s', p_high)
        end;
        if v_problem is not null then
            raise exception using
                errcode = 'DR012',
                message = format('the %s %s of the cron expression %s', p_what, quote_literal(v_part), v_problem),
                hint    = 'Give *, a number, a range such as 2-5, a step such as */3 or 2-8/3, or a list of these with '
                          || format('commas and no spaces; here from %s to %s%s.', p_low, p_high, v_names);
        end if;
        v_values := v_values || array(select generate_series(v_from, v_to, v_step));
    end loop;
    return array(select distinct u.value from unnest(v_values) as u (value) order by u.value);
end
$parse_cron_field$;

comment on function drip_internal.parse_cron_field(text, text, integer, integer, text[]) is
'The values of one field of a cron expression, sorted. p_what: its name in errors. p_names: names of the values from p_low on, in lower case. Raises DR012 for what pg_cron refuses, and for what it takes and never runs as meant.';
