-- All succeeded: succeeded. All failed or crashed: failed. A mixture: partial. None: succeeded.
begin;
select plan(6);

-- given
select make_client();
create function pg_temp.finish_fleet(statuses text[]) returns text language plpgsql as
$finish_fleet$
declare
    v_fleet_run_id uuid := drip.start_de_enrollment_run();
    v_run_ids      uuid[] := array(select make_old_run(s.status) from unnest(statuses) as s (status));
begin
    update drip.de_enrollment_runs as r set fleet_run_id = v_fleet_run_id where r.id = any (v_run_ids);
    return drip.finish_de_enrollment_run(v_fleet_run_id);
end
$finish_fleet$;

-- then
select is(pg_temp.finish_fleet('{}'), 'succeeded', 'nobody had anybody due: succeeded');
select is(pg_temp.finish_fleet('{succeeded,succeeded}'), 'succeeded', 'all succeeded: succeeded');
select is(pg_temp.finish_fleet('{succeeded,failed}'), 'partial', 'one failed: partial');
select is(pg_temp.finish_fleet('{succeeded,crashed}'), 'partial', 'one crashed: partial');
select is(pg_temp.finish_fleet('{partial}'), 'partial', 'one partial: partial');
select is(pg_temp.finish_fleet('{failed,crashed}'), 'failed', 'none was any good: failed');

select * from finish();
rollback;
