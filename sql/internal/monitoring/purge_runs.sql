create or replace function drip_internal.purge_runs(
    p_older_than interval,
    p_now        timestamptz,
    out before   timestamptz,
    out runs     bigint,
    out errors   bigint
)
returns record
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $purge_runs$
declare
    v_last_run_ids uuid[];
begin
    perform drip_internal.require_moment(p_now);
    before := p_now - drip_internal.purge_age(p_older_than);

    delete from drip.de_enrollment_errors as e
     where e.id = any (array(
           select x.id from drip.de_enrollment_errors as x
            where x.resolved_at < before
              for update skip locked));
    get diagnostics errors = row_count;

    -- The last good sweep stays, however old: without it, drip.de_enrollment_health could not tell that they stopped.
    v_last_run_ids := array(
        select l.id
          from (values (true), (false)) as k (is_fleet)
         cross join lateral (
               select r.id from drip.de_enrollment_runs as r
                where r.status in ('succeeded', 'partial') and (r.client_id is null or not k.is_fleet)
                order by r.finished_at desc limit 1) as l);
    delete from drip.de_enrollment_runs as r
     where r.id = any (array(
           select x.id from drip.de_enrollment_runs as x
            where x.finished_at < before and x.id <> all (v_last_run_ids)
              -- A fleet run outlives its clients' runs, which name it.
              and not exists (select from drip.de_enrollment_runs as c
                               where c.fleet_run_id = x.id and (c.finished_at is null or c.finished_at >= before))
              for update skip locked));
    get diagnostics runs = row_count;

    -- Of imports that were killed. None takes a day.
    delete from drip_internal.staged_leads as s where s.staged_at < p_now - interval '1 day';
end
$purge_runs$;

comment on function drip_internal.purge_runs(interval, timestamptz) is
'Deletes runs that ended, and errors that were resolved, longer ago than this, and returns before which moment, and how many. Raises DR012 as drip.purge does. Never a run that is running, an error that is open, or the last good sweep; rows that somebody holds are left to the next purge. Also drops what imports that were killed had staged a day ago. Security definer: who runs schedules has no rights on the tables.';
