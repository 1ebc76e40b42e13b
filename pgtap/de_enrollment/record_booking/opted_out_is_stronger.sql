-- A lead that opted out and then books left as opted_out; the booking is kept on the lead.
begin;
select plan(5);

-- given
select make_client();
select make_campaign();
select make_lead(opted_out => true);

-- when
select is(drip.record_booking(the_client(), the_lead(), 50), true, 'it booked');

-- then
select is(outcomes(), array['opted_out'], 'the history says opted_out');
select is(history() -> 0 -> 'value', '50', 'whose entry keeps the value');
select isnt((select l.booked_at from drip.leads as l where l.id = the_lead()), null, 'booked_at is set');
select is(counters(), '{"opted_out": 1}', 'counted once');

select * from finish();
rollback;
