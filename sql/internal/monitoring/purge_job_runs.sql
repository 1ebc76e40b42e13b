create or replace function drip_internal.purge_job_runs(p_before timestamptz, out purged bigint, out problem text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $purge_job_runs$
declare
    v_names    text[];
    v_commands text[];
begin
    if not exists (select from pg_extension as e where e.extname = 'pg_cron') then
        return;
    elsif not has_schema_privilege('cron', 'usage')
          or not has_table_privilege('cron.job', 'select')
          or not has_table_privilege('cron.job_run_details', 'select')
          or not has_table_privilege('cron.job_run_details', 'delete') then
        problem := format('role %s may not purge cron.job_run_details', current_user);
        return;
    elsif not pg_try_advisory_xact_lock(20039, hashtext('purge job runs')) then
        problem := 'another purge is at work on cron.job_run_details';
        return;
    end if;
    select array_agg(l.name), array_agg(l.command) into v_names, v_commands from drip_internal.list_schedules() as l;
    -- What never started has no times; a later run of the same job has.
    execute format(
        $delete$delete from %1$I.job_run_details as d
                 where d.database = current_database() and d.status in ('succeeded', 'failed')
                   and (d.command = any ($3) or d.jobid in (
                        select j.jobid from %1$I.job as j
                         where j.database = current_database() and j.jobname = any ($2)))
                   and coalesce(d.end_time, d.start_time, (
                        select min(n.start_time) from %1$I.job_run_details as n
                         where n.jobid = d.jobid and n.runid > d.runid)) < $1$delete$, 'cron')
      using p_before, v_names, v_commands;
    get diagnostics purged = row_count;
end
$purge_job_runs$;

comment on function drip_internal.purge_job_runs(timestamptz) is
'Deletes from pg_cron''s run details, where they are in this database, those of the schedules'' own jobs that ended before this moment, and returns how many; null where there are none, with the problem where the caller may not. With its caller''s rights: pg_cron shows a role its own jobs.';
