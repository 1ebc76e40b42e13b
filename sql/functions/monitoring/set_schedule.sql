create or replace function drip.set_schedule(p_name text, p_cron_expression text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $set_schedule$
declare
    v_schedule drip.schedules;
    v_advice   text;
begin
    v_schedule := drip_internal.change_schedule(p_name, p_cron_expression => coalesce(p_cron_expression, ''));
    v_advice := drip_internal.sync_job(p_name);
    return format('%s: %s%s; %s', p_name, v_schedule.cron_expression,
                  case when v_schedule.enabled then '' else ' (disabled)' end, coalesce(v_advice, 'in effect'));
end
$set_schedule$;

comment on function drip.set_schedule(text, text) is
'Sets when a schedule runs: five fields in UTC, such as ''*/5 * * * *'', steps of a minute at least. Takes effect in pg_cron at once where its job is in this database and belongs to the caller, or the caller is a superuser; the result says so, or what to do. Raises DR012 for a cron expression that is none, DR014 for an unknown schedule. With its caller''s rights, since a pg_cron job belongs to a role.';
