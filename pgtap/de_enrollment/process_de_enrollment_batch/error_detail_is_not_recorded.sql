-- An error's DETAIL can hold phone numbers; it is not kept.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1, phone => '+15550001234');
select poison(message => 'refused');
select make_run();

-- when
select is(process(array[the_lead()]), '{"failed": 1}', 'the lead fails with a DETAIL that has its phone number');

-- then
select is((select e.message from drip.de_enrollment_errors as e where e.lead_id = the_lead()), 'refused', 'the message is kept');
select is_empty(
    $$select from drip.de_enrollment_errors as e where e.lead_id = the_lead() and to_jsonb(e)::text like '%5550001234%'$$,
    'no column of the error holds the phone number');

select * from finish();
rollback;
