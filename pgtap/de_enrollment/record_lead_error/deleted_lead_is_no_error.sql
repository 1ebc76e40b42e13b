-- A lead that somebody deleted while its batch was retried leaves nothing to record.
begin;
select plan(2);

-- given
select make_client();
select make_run();

-- then
select is(drip_internal.record_lead_error(the_client(), the_run(), gen_random_uuid(), 'P0001', 'poisoned'), false, 'not recorded');
select is_empty('select from drip.de_enrollment_errors as e where e.client_id = the_client()', 'no row');

select * from finish();
rollback;
