-- Who opts out is marked and leaves in the same transaction.
begin;
select plan(9);

-- given
select make_client();
select make_campaign(steps => 3);
select make_lead(at_position => 1);

-- when
select is(drip.opt_out(the_client(), the_lead(), '2026-01-02 00:00+00'), true, 'it opted out');

-- then
select results_eq('select l.opted_out, l.is_active, l.completed_at, l.updated_at from drip.leads as l where l.id = the_lead()',
                  $$values (true, false, '2026-01-02 00:00+00'::timestamptz, '2026-01-02 00:00+00'::timestamptz)$$,
                  'marked, inactive, dated');
select is(outcomes(), array['opted_out'], 'the history says opted_out');
select is((history() #>> '{0,messagesReceived}')::integer, 1, 'after one message');
select is(counters(), '{"opted_out": 1}', 'counted as opted out');

-- twice
select is(drip.opt_out(the_client(), the_lead()), false, 'again: it had opted out');
select is(jsonb_array_length(history()), 1, 'still one entry');
select is((select l.updated_at from drip.leads as l where l.id = the_lead()), '2026-01-02 00:00+00'::timestamptz, 'the row is not touched');
select is(counters(), '{"opted_out": 1}', 'counted once');

select * from finish();
rollback;
