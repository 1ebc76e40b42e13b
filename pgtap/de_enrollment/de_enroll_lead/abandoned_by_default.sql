-- A lead that is removed by hand leaves at once as abandoned, wherever it is in the sequence.
begin;
select plan(8);

-- given
select make_client();
select make_campaign(steps => 3);
select make_lead(at_position => 1, enrolled_at => '2026-01-01 00:00+00');

-- when
select is(drip.de_enroll_lead(the_client(), the_lead(), p_now => '2026-01-02 00:00+00'), true, 'it left');

-- then
select is(is_in_campaign(), false, 'the lead is inactive');
select is(history(), jsonb_build_array(make_entry(outcome => 'abandoned', enrolled_at => '2026-01-01T00:00:00.000Z',
              completed_at => '2026-01-02T00:00:00.000Z', messages_received => 1)), 'one entry, abandoned');
select is(counters(), '{"abandoned": 1}', 'counted as abandoned');
select results_eq('select l.opted_out, l.booked_at from drip.leads as l where l.id = the_lead()',
                  'values (false, null::timestamptz)', 'it neither opted out nor booked');

-- twice
select is(drip.de_enroll_lead(the_client(), the_lead()), false, 'again: it was in no campaign');
select is(jsonb_array_length(history()), 1, 'still one entry');
select is(counters(), '{"abandoned": 1}', 'counted once');

select * from finish();
rollback;
