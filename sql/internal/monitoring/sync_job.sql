create or replace function drip_internal.sync_job(p_name text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $sync_job$
declare
    v_schedule  record;
    v_job_id    bigint;
    v_is_active boolean;
    v_is_super  constant boolean := (select r.rolsuper from pg_roles as r where r.rolname = current_user);
begin
    select l.* into v_schedule from drip_internal.list_schedules() as l where l.name = p_name;
    if v_schedule.installed_in is null and not v_schedule.enabled then
        return null;
    elsif v_schedule.installed_in is null then
        return 'not in pg_cron: run pg-drip schedule install';
    elsif v_schedule.installed_in <> current_database() then
        return format('its job is in pg_cron of database %s: run pg-drip schedule install --cron-database %1$s',
                      v_schedule.installed_in);
    elsif not exists (select from pg_extension as e where e.extname = 'pg_cron') then
        return 'pg_cron is gone from this database: create extension pg_cron, and run pg-drip schedule install';
    elsif current_user <> v_schedule.installed_by and not v_is_super then
        return format('its job belongs to role %s: run pg-drip schedule install as that role', v_schedule.installed_by);
    elsif not has_schema_privilege('cron', 'usage') then
        return format('role %s may not use pg_cron: grant usage on schema cron to it, and run pg-drip schedule install',
                      current_user);
    end if;

    -- Between the look and the change, another session could do the same.
    perform pg_advisory_xact_lock(20039, hashtext('job ' || p_name));
    execute format('select j.jobid, j.active from %I.job as j '
                   'where j.jobname = $1 and j.username = $2 and j.database = current_database()', 'cron')
       into v_job_id, v_is_active using p_name, v_schedule.installed_by;
    -- cron.schedule() does not wake a job that somebody put to sleep.
    if v_job_id is not null and not (v_schedule.enabled and v_is_active) then
        execute format('select %I.unschedule($1)', 'cron') using v_job_id;
    end if;
    if v_schedule.enabled and current_user = v_schedule.installed_by then
        execute format('select %I.schedule($1, $2, $3)', 'cron')
          using p_name, v_schedule.cron_expression, v_schedule.command;
    elsif v_schedule.enabled then
        execute format('select %I.schedule_in_database($1, $2, $3, current_database(), $4)', 'cron')
          using p_name, v_schedule.cron_expression, v_schedule.command, v_schedule.installed_by;
    end if;
    return null;
end
$sync_job$;

comment on function drip_internal.sync_job(text) is
'Makes the job in this database''s pg_cron what the schedule is, and returns null; or what to do, where that is not in this session''s power. With its caller''s rights: a job belongs to the role that made it.';
