-- A value is a finite amount of at least 0.
begin;
select plan(5);

-- given
select make_client();
select make_campaign();
select make_lead();

-- then
select throws_ok('select drip.record_booking(the_client(), the_lead(), -0.01)',
                 'DR012', 'a booking''s value cannot be -0.01', 'below 0');
select throws_ok($$select drip.record_booking(the_client(), the_lead(), 'NaN')$$,
                 'DR012', 'a booking''s value cannot be NaN', 'not a number');
select throws_ok($$select drip.record_booking(the_client(), the_lead(), 'Infinity')$$,
                 'DR012', 'a booking''s value cannot be Infinity', 'infinite');
select throws_ok($$select drip.record_booking(the_client(), the_lead(), '-Infinity')$$,
                 'DR012', 'a booking''s value cannot be -Infinity', 'minus infinite');
select results_eq('select l.booked_at, l.is_active from drip.leads as l where l.id = the_lead()',
                  'values (null::timestamptz, true)', 'the lead has not booked');

select * from finish();
rollback;
