-- A procedure's run lives while its session holds the advisory lock, however long it is silent.
begin;
select plan(5);

-- given
select start_empty();
select make_client();
select remember('run', 'procedure''s', drip_internal.open_run(the_client(), 1000, 'procedure'));
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '1 day' where r.id = the_run();

-- then
select is(drip.reap_runs(), 0::bigint, 'with its lock it is not marked');
select remember('run', 'another', drip_internal.open_run(the_client(), 1000, 'procedure'));
select pg_advisory_unlock(20037, r.lock_id) from drip.de_enrollment_runs as r where r.id = the_run('procedure''s');
select is(drip.reap_runs(), 1::bigint, 'without it, it is, whatever other locks there are');
select is(run_status(the_run('procedure''s')), 'crashed', 'as crashed');
select is(run_status(the_run('another')), 'running', 'the other one lives by its own lock');
select is(drip.reap_runs(), 0::bigint, 'once');
select pg_advisory_unlock(20037, r.lock_id) from drip.de_enrollment_runs as r where r.id = the_run('another');

select * from finish();
rollback;
