-- A lead whose booked_at was written directly leaves now, and keeps that moment.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead(booked_at => '2026-01-01 00:00+00');

-- when
select is(drip.record_booking(the_client(), the_lead(), 10, '2026-01-02 00:00+00'), true, 'it left');

-- then
select is((select l.booked_at from drip.leads as l where l.id = the_lead()), '2026-01-01 00:00+00'::timestamptz, 'booked_at stays');
select is(history() #>> '{0,completedAt}', '2026-01-02T00:00:00.000Z', 'it left when it was told');
select is(history() #>> '{0,value}', '10', 'the value is kept');

select * from finish();
rollback;
