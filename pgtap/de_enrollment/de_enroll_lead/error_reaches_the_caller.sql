-- Outside a sweep an error is the caller's: nothing is recorded, nothing half done.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead();
select poison(message => 'refused', errcode => 'XX001');

-- then
select throws_ok('select drip.de_enroll_lead(the_client(), the_lead())', 'XX001', 'refused', 'the error comes through');
select is(is_in_campaign(), true, 'the lead stays');
select is(counters(), '{"active": 1}', 'and counts as active');
select is_empty('select from drip.de_enrollment_errors as e where e.lead_id = the_lead()', 'no error is recorded');

select * from finish();
rollback;
