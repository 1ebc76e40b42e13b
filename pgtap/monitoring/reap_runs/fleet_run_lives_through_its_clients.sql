-- A fleet run that a caller drives is alive while one of its clients' runs is.
begin;
select plan(5);

-- given
select start_empty();
select make_run('fleet', client => null);
select make_client();
select remember('run', 'client''s', drip_internal.open_run(the_client(), 1000, 'caller', the_run('fleet')));
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '1 hour' where r.id = the_run('fleet');

-- then
select is(drip.reap_runs(), 0::bigint, 'while a client''s run is running, nothing is marked');
select drip.finish_de_enrollment_run(the_run('client''s'));
select is(drip.reap_runs(now() + interval '4 minutes'), 0::bigint, 'nor shortly after it ended');
select is(drip.reap_runs(now() + interval '6 minutes'), 1::bigint, 'later the fleet run is marked');
select is(run_status(the_run('fleet')), 'crashed', 'as crashed');
select is(run_status(the_run('client''s')), 'succeeded', 'its client''s run stays what it was');

select * from finish();
rollback;
