-- Every stuck lead that has an outcome leaves, in a run; the report tells how many.
begin;
select plan(8);

-- given
select make_client('Other');
select make_campaign('Theirs', steps => 1);
select make_lead('theirs', at_position => 1);
select make_client('Acme');
select make_campaign('Welcome', steps => 1);
select make_leads(2, at_position => 1);
select make_lead('out', opted_out => true);
select make_lead('in progress');
select make_lead('lost', campaign => null);
select make_campaign('Empty', steps => 0);
select make_lead('in an empty one');

-- when
select results_eq(
    $$select f.reason, f.outcome, f.leads, f.fixed from drip.fix_stuck_leads(the_client(), p_now => '2026-01-01 00:00+00') as f$$,
    $$values ('completed_sequence', 'completed', 2::bigint, 2::bigint), ('campaign_missing', 'campaign_deleted', 1, 1),
             ('empty_campaign', null, 1, 0), ('opted_out_active', 'opted_out', 1, 1)$$,
    'the report: four of five are fixed');

-- then
select is((select count(*)::integer from drip.leads as l where l.client_id = the_client() and l.is_active), 2, 'two are still in');
select is((select count(*)::integer from drip.leads as l where l.client_id = the_client() and l.completed_at = '2026-01-01 00:00+00'), 4,
          'four left at p_now');
select results_eq($$select r.status, r.leads_processed, r.leads_found from drip.de_enrollment_runs as r where r.client_id = the_client()$$,
                  $$values ('succeeded', 4::bigint, 4::bigint)$$, 'one run did it');
select is(folded_counters(the_campaign('Welcome')), '{"active": 1, "completed": 2, "opted_out": 1}', 'the counters are folded');
select is(is_in_campaign(the_lead('theirs')), true, 'another client''s lead stays');

-- twice
select results_eq('select f.reason, f.leads, f.fixed from drip.fix_stuck_leads(the_client()) as f',
                  $$values ('empty_campaign', 1::bigint, 0::bigint)$$, 'again: only the empty campaign''s lead is left');
select is((select count(*)::integer from drip.de_enrollment_runs as r where r.client_id = the_client()), 1, 'no second run');

select * from finish();
rollback;
