-- A second stay in the same campaign ends with a second entry, and the campaign counts both.
begin;
select plan(5);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1, enrolled_at => '2026-01-01 00:00+00');
select make_run();
select is(process(array[the_lead()], at => '2026-01-02 00:00+00'), '{"processed": 1, "completed": 1}', 'leaves the first time');

-- when
update drip.leads as l
   set is_active = true, current_message_position = 1, enrolled_at = '2026-02-01 00:00+00', booked_at = '2026-02-02 00:00+00'
 where l.id = the_lead();
select is(process(array[the_lead()], at => '2026-02-03 00:00+00'), '{"processed": 1, "booked": 1}', 'leaves the second time');

-- then
select is(outcomes(), array['completed', 'booked'], 'two entries, in order');
select is(history() #>> '{1,enrolledAt}', '2026-02-01T00:00:00.000Z', 'the second has the second enrollment');
select is(counters(), '{"completed": 1, "booked": 1}', 'the campaign counts both stays');

select * from finish();
rollback;
