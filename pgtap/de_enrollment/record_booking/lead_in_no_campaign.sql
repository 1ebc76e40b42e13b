-- A lead that is in no campaign any more gets booked_at and an entry that names none, so its value is known and no
-- campaign counts it.
begin;
select plan(6);

-- given
select make_client();
select make_campaign();
select make_lead(is_active => false, campaign_history => jsonb_build_array(make_entry()));

-- when
select is(drip.record_booking(the_client(), the_lead(), 10, '2026-01-02 00:00+00'), true, 'it booked');

-- then
select is((select l.booked_at from drip.leads as l where l.id = the_lead()), '2026-01-02 00:00+00'::timestamptz, 'booked_at is set');
select is(history(), jsonb_build_array(make_entry(), jsonb_build_object(
              'campaignId', null, 'campaignName', null, 'enrolledAt', '2026-01-02T00:00:00.000Z',
              'completedAt', '2026-01-02T00:00:00.000Z', 'messagesReceived', 0, 'outcome', 'booked', 'value', 10)),
          'an entry without a campaign');
select is(counters(), '{"completed": 1}', 'nothing is counted');

-- twice
select is(drip.record_booking(the_client(), the_lead()), false, 'again: it had booked');
select is(jsonb_array_length(history()), 2, 'one entry for it');

select * from finish();
rollback;
