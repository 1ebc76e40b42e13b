-- The run is there, running, driven by its caller.
begin;
select plan(5);

-- given
select make_client();

-- when
select make_run('first', started_at => '2026-01-01 12:00+00');

-- then
select results_eq(
    $$select r.client_id, r.fleet_run_id, r.driver, r.status, r.batch_size, r.started_at, r.finished_at, r.error_message
        from drip.de_enrollment_runs as r where r.id = the_run('first')$$,
    $$values (the_client(), null::uuid, 'caller', 'running', 1000, '2026-01-01 12:00+00'::timestamptz, null::timestamptz, null)$$,
    'a running row of the client, started at p_now');
select ok((select r.heartbeat_at >= now() from drip.de_enrollment_runs as r where r.id = the_run('first')), 'its heart beats now');
select is(run_counts(the_run('first')), null, 'it has counted nothing');

-- twice
select isnt(drip.start_de_enrollment_run(the_client()), the_run('first'), 'another call opens another run');
select is((select count(*)::integer from drip.de_enrollment_runs as r where r.client_id = the_client()), 2, 'there are two');

select * from finish();
rollback;
