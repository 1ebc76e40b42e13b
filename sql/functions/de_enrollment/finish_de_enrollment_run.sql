create or replace function drip.finish_de_enrollment_run(p_run_id uuid, p_now timestamptz default now())
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $finish_de_enrollment_run$
declare
    v_driver text;
begin
    perform drip_internal.require_moment(p_now);
    select r.driver into v_driver from drip.de_enrollment_runs as r where r.id = p_run_id;
    if not found then
        raise exception using
            errcode = 'DR004',
            message = format('run %s is not known', coalesce(p_run_id::text, 'null')),
            hint    = 'Look it up in drip.de_enrollment_runs.';
    elsif v_driver <> 'caller' then
        raise exception using
            errcode = 'DR010',
            message = format('run %s is driven by a procedure, which ends it itself', p_run_id),
            hint    = 'Only runs of drip.start_de_enrollment_run() are finished by their caller.';
    end if;
    return drip_internal.close_run(p_run_id, p_now);
end
$finish_de_enrollment_run$;

comment on function drip.finish_de_enrollment_run(uuid, timestamptz) is
'Ends a run of drip.start_de_enrollment_run, folds the client''s statistics, and returns the run''s status: succeeded, partial or failed. A run that has ended keeps its status, which is returned. Raises DR004 for an unknown run, DR010 for a procedure''s run, DR012 when p_now is no point in time.';
