create or replace function drip.enable_schedule(p_name text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $enable_schedule$
declare
    v_advice text;
begin
    perform drip_internal.change_schedule(p_name, p_enabled => true);
    v_advice := drip_internal.sync_job(p_name);
    return format('%s: enabled; %s', p_name, coalesce(v_advice, 'in effect'));
end
$enable_schedule$;

comment on function drip.enable_schedule(text) is
'Lets a schedule run again. Takes effect as drip.set_schedule() does, and the result says so. Raises DR014 for an unknown schedule. With its caller''s rights, since a pg_cron job belongs to a role.';
