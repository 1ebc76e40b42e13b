-- A client with nobody due gets no run row.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead();

-- then
select is(drip_internal.open_due_run(the_client(), 1000, null), null, 'no run');
select is_empty('select from drip.de_enrollment_runs as r where r.client_id = the_client()', 'no row');
select throws_ok('select drip_internal.open_due_run(the_client(), 0, null)', 'DR005', null, 'a bad batch size is refused even then');
select throws_ok('select drip_internal.open_due_run(gen_random_uuid(), 1000, null)', 'DR001', null, 'so is an unknown client');

select * from finish();
rollback;
