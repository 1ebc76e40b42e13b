create or replace function drip_internal.change_schedule(
    p_name            text,
    p_cron_expression text default null,
    p_enabled         boolean default null
)
returns drip.schedules
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $change_schedule$
declare
    v_schedule drip.schedules;
begin
    update drip.schedules as s
       set cron_expression = coalesce(p_cron_expression, s.cron_expression),
           enabled = coalesce(p_enabled, s.enabled)
     where s.name = p_name
    returning s.* into v_schedule;
    if not found then
        raise exception using
            errcode = 'DR014',
            message = format('schedule %s is not known', coalesce(p_name, 'null')),
            hint    = 'See '
                      || coalesce((select string_agg(s.name, ', ' order by s.name) from drip.schedules as s), 'drip.schedules')
                      || '; or insert your own into drip.schedules.';
    end if;
    return v_schedule;
end
$change_schedule$;

comment on function drip_internal.change_schedule(text, text, boolean) is
'Changes a schedule in the table and returns it; null leaves a value as it is. Raises DR012 for a cron expression that is none, DR014 for an unknown schedule. Security definer: its callers keep their own rights for pg_cron, and have none on the table.';
