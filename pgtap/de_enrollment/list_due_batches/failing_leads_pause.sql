-- Leads that failed are left out until their pause is over, unless they are asked for.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('sound', at_position => 1);
select make_lead('poisoned', at_position => 1);
select poison();
select make_run();
select process(array[the_lead('poisoned')], at => '2026-01-01 12:00+00');

-- then
select results_eq($$select b.lead_ids from drip_internal.list_due_batches(the_run(), 10, '2026-01-01 12:01+00') as b$$,
                  $$values (array[the_lead('sound')])$$, 'during the pause');
select is((select cardinality(b.lead_ids) from drip_internal.list_due_batches(the_run(), 10, '2026-01-01 12:05+00') as b), 2,
          'after it');
select is((select cardinality(b.lead_ids) from drip_internal.list_due_batches(the_run(), 10, '2026-01-01 12:01+00', true) as b), 2,
          'when paused ones are asked for');

select * from finish();
rollback;
