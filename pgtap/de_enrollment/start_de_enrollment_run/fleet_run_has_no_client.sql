-- Without a client it is the fleet's.
begin;
select plan(1);

-- when
select make_run('fleet', client => null);

-- then
select results_eq(
    $$select r.client_id, r.driver, r.status from drip.de_enrollment_runs as r where r.id = the_run('fleet')$$,
    $$values (null::uuid, 'caller', 'running')$$,
    'a running row without a client');

select * from finish();
rollback;
