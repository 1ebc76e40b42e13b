-- A caller's run without a sign of life for five minutes has crashed; one that shows signs lives.
begin;
select plan(6);

-- given
select start_empty();
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run('silent');
select make_run('alive');
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '5 minutes 1 second' where r.id = the_run('silent');
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '4 minutes 59 seconds' where r.id = the_run('alive');

-- when
select is(drip.reap_runs(), 1::bigint, 'one run is marked');

-- then
select results_eq(
    $$select r.status, r.error_message, r.finished_at = greatest(r.started_at, r.heartbeat_at)
        from drip.de_enrollment_runs as r where r.id = the_run('silent')$$,
    $$values ('crashed', 'The session that drove this run is gone.', true)$$, 'as crashed, ended when it was last seen');
select is(run_status(the_run('alive')), 'running', 'the other lives');
select throws_ok($$select drip.process_de_enrollment_batch(the_run('silent'), array[the_lead()])$$, 'DR010', null, 'a crashed run takes no batch');

-- twice
select is(drip.reap_runs(), 0::bigint, 'again: none');
select is(drip.reap_runs(now() + interval '1 minute'), 1::bigint, 'a minute later the other is silent too');

select * from finish();
rollback;
