-- Who books gets booked_at and leaves; the value is kept in the history.
begin;
select plan(10);

-- given
select make_client();
select make_campaign(steps => 3);
select make_lead(at_position => 2, enrolled_at => '2026-01-01 00:00+00');

-- when
select is(drip.record_booking(the_client(), the_lead(), 1234.50, '2026-01-02 00:00+00'), true, 'it booked');

-- then
select results_eq('select l.booked_at, l.is_active, l.completed_at from drip.leads as l where l.id = the_lead()',
                  $$values ('2026-01-02 00:00+00'::timestamptz, false, '2026-01-02 00:00+00'::timestamptz)$$,
                  'booked, inactive, dated');
select is(history(), jsonb_build_array(make_entry(outcome => 'booked', enrolled_at => '2026-01-01T00:00:00.000Z',
              completed_at => '2026-01-02T00:00:00.000Z', messages_received => 2) || '{"value": 1234.50}'),
          'the entry has the value beside the six keys');
select is(history() #>> '{0,value}', '1234.50', 'to the cent');
select is(counters(), '{"booked": 1}', 'counted as booked');

-- twice
select is(drip.record_booking(the_client(), the_lead(), 99, '2026-01-03 00:00+00'), false, 'again: it had booked');
select is((select l.booked_at from drip.leads as l where l.id = the_lead()), '2026-01-02 00:00+00'::timestamptz, 'the first booking''s moment stays');
select is(jsonb_array_length(history()), 1, 'still one entry');
select is(history() #>> '{0,value}', '1234.50', 'with the first value');
select is(counters(), '{"booked": 1}', 'counted once');

select * from finish();
rollback;
