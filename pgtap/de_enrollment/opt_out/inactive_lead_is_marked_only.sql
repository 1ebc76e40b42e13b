-- A lead that is in no campaign any more is marked, and makes no entry.
begin;
select plan(5);

-- given
select make_client();
select make_campaign();
select make_lead(is_active => false, campaign_history => jsonb_build_array(make_entry()), completed_at => '2025-01-02 00:00+00');

-- when
select is(drip.opt_out(the_client(), the_lead()), true, 'it opted out');

-- then
select results_eq('select l.opted_out, l.is_active, l.completed_at from drip.leads as l where l.id = the_lead()',
                  $$values (true, false, '2025-01-02 00:00+00'::timestamptz)$$, 'marked, and left when it left');
select is(outcomes(), array['completed'], 'no entry is added');
select is(counters(), '{"completed": 1}', 'nothing is counted');

-- twice
select is(drip.opt_out(the_client(), the_lead()), false, 'again: it had opted out');

select * from finish();
rollback;
