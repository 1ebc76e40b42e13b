create or replace function drip.purge(p_older_than interval default null, p_now timestamptz default now())
returns table (runs bigint, errors bigint, job_runs bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $purge$
declare
    v_before  timestamptz;
    v_problem text;
begin
    select p.before, p.runs, p.errors into v_before, runs, errors from drip_internal.purge_runs(p_older_than, p_now) as p;
    select j.purged, j.problem into job_runs, v_problem from drip_internal.purge_job_runs(v_before) as j;
    if v_problem is not null then
        raise notice '%', v_problem;
    end if;
    return next;
end
$purge$;

comment on function drip.purge(interval, timestamptz) is
'Deletes what is older than p_older_than (default: the setting drip.purge_after, else 30 days): runs that ended, errors that were resolved, and pg_cron''s details of the schedules'' own runs, and returns how many of each, and what killed imports left staged; job_runs is null where pg_cron is not in this database or its records are not the caller''s to delete, the latter with a NOTICE. Never a run that is running, an error that is open, or the last good sweep. Runs daily. Raises DR012 for an age that is not positive, or a p_now that is no point in time. With its caller''s rights, since pg_cron shows a role its own jobs.';
