-- A time budget is positive, or null for none.
begin;
select plan(7);

select throws_ok($$select drip_internal.deadline_after('0')$$, 'DR012', null, '0 is refused');
select throws_ok($$select drip_internal.deadline_after('-1 second')$$, 'DR012', null, 'a negative one is refused');
select is(drip_internal.deadline_after(null), null, 'null is never over');
select ok(drip_internal.deadline_after('1 hour') > now() + interval '59 minutes', 'an hour is over in an hour');
select is(drip_internal.is_past(null), false, 'never is not past');
select is(drip_internal.is_past(clock_timestamp() - interval '1 second'), true, 'a second ago is past');
select is(drip_internal.is_past(clock_timestamp() + interval '1 hour'), false, 'in an hour is not');

select * from finish();
rollback;
