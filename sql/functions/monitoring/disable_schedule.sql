create or replace function drip.disable_schedule(p_name text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $disable_schedule$
declare
    v_advice text;
begin
    perform drip_internal.change_schedule(p_name, p_enabled => false);
    v_advice := drip_internal.sync_job(p_name);
    return format('%s: disabled; %s', p_name, coalesce(v_advice, 'in effect'));
end
$disable_schedule$;

comment on function drip.disable_schedule(text) is
'Stops a schedule from running, whatever runs it, until drip.enable_schedule(); its job leaves pg_cron, and a run that is under way ends as it would. Takes effect as drip.set_schedule() does, and the result says so. Raises DR014 for an unknown schedule. With its caller''s rights, since a pg_cron job belongs to a role.';
