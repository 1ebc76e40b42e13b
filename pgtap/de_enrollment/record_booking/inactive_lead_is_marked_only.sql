-- A lead that is in no campaign any more gets booked_at, and makes no entry.
begin;
select plan(5);

-- given
select make_client();
select make_campaign();
select make_lead(is_active => false, campaign_history => jsonb_build_array(make_entry()));

-- when
select is(drip.record_booking(the_client(), the_lead(), 10, '2026-01-02 00:00+00'), true, 'it booked');

-- then
select is((select l.booked_at from drip.leads as l where l.id = the_lead()), '2026-01-02 00:00+00'::timestamptz, 'booked_at is set');
select is(history(), jsonb_build_array(make_entry()), 'no entry is added or changed');
select is(counters(), '{"completed": 1}', 'nothing is counted');

-- twice
select is(drip.record_booking(the_client(), the_lead()), false, 'again: it had booked');

select * from finish();
rollback;
