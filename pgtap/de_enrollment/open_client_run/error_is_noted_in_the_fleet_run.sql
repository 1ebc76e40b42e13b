-- One client whose run cannot be opened does not stop the fleet: the fleet run tells.
begin;
select plan(3);

-- given
select make_run('fleet', client => null);

-- when
select is(drip_internal.open_client_run('00000000-0000-0000-0000-000000000000', 1000, the_run('fleet')), null, 'no run is opened');

-- then
select results_eq(
    $$select r.error_sqlstate, r.error_message from drip.de_enrollment_runs as r where r.id = the_run('fleet')$$,
    $$values ('DR001', 'client 00000000-0000-0000-0000-000000000000: client 00000000-0000-0000-0000-000000000000 is not known')$$,
    'the fleet run has the error');
select is(drip.finish_de_enrollment_run(the_run('fleet')), 'failed', 'and has not succeeded');

select * from finish();
rollback;
