-- A value that is not known leaves no key; 0 is a value.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead('unknown');
select make_lead('free');

-- then
select is(drip.record_booking(the_client(), the_lead('unknown')), true, 'booked without a value');
select is(history(the_lead('unknown')) -> 0 ? 'value', false, 'the entry has no key value');
select is(drip.record_booking(the_client(), the_lead('free'), 0), true, 'booked for 0');
select is(history(the_lead('free')) #>> '{0,value}', '0', 'the entry has the value 0');

select * from finish();
rollback;
