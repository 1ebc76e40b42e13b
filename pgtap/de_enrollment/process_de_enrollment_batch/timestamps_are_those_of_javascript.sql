-- enrolledAt and completedAt are toISOString(): UTC, milliseconds cut off, whatever the session's settings.
begin;
select plan(6);

-- given
set local timezone = 'Asia/Kolkata';
set local datestyle = 'German';
select make_client();
select make_campaign(steps => 1);
select make_lead('Ann', at_position => 1, enrolled_at => '2025-12-31T23:59:59.999999+00');
select make_lead('Bob', at_position => 1, enrolled_at => '2024-02-29T05:29:59+05:30');
select make_run();

-- when
select is(process(array[the_lead('Ann')], at => '2026-01-01T05:30:00.0005+05:30'), '{"processed": 1, "completed": 1}', 'Ann leaves');
select is(process(array[the_lead('Bob')], at => '2026-07-01T12:00:00.1234+02'), '{"processed": 1, "completed": 1}', 'Bob leaves');

-- then
select is(history(the_lead('Ann')) -> 0 ->> 'enrolledAt', '2025-12-31T23:59:59.999Z', 'milliseconds are cut, not rounded into next year');
select is(history(the_lead('Ann')) -> 0 ->> 'completedAt', '2026-01-01T00:00:00.000Z', 'in UTC, always three digits');
select is(history(the_lead('Bob')) -> 0 ->> 'enrolledAt', '2024-02-28T23:59:59.000Z', 'no fraction gives .000');
select is(history(the_lead('Bob')) -> 0 ->> 'completedAt', '2026-07-01T10:00:00.123Z', 'the microseconds are dropped');

select * from finish();
rollback;
