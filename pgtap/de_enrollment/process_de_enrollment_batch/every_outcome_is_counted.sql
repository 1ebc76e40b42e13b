-- One batch with every outcome: the result, the run and the campaigns count each lead once.
begin;
select plan(9);

-- given
select make_client();
select make_campaign('Retired', is_active => false);
select make_lead('gone', at_position => 1);
select make_campaign('Welcome', steps => 2);
select make_lead('done', at_position => 2);
select make_lead('done too', at_position => 2);
select make_lead('booked', at_position => 1, booked_at => now());
select make_lead('out', at_position => 0, opted_out => true);
select make_lead('out and booked and done', at_position => 2, opted_out => true, booked_at => now());
select make_run();

-- when
select results_eq(
    $$select b.processed, b.completed, b.booked, b.opted_out, b.campaign_deleted, b.skipped, b.failed
        from drip.process_de_enrollment_batch(the_run(), array[the_lead('gone'), the_lead('done'), the_lead('done too'),
             the_lead('booked'), the_lead('out'), the_lead('out and booked and done')]) as b$$,
    $$values (6::bigint, 2::bigint, 1::bigint, 2::bigint, 1::bigint, 0::bigint, 0::bigint)$$,
    'returns one row of counts by outcome');

-- then
select is(outcomes(the_lead('gone')), array['campaign_deleted'], 'a retired campaign''s lead leaves as campaign_deleted');
select is(outcomes(the_lead('done')), array['completed'], 'a finished one as completed');
select is(outcomes(the_lead('booked')), array['booked'], 'a booked one as booked');
select is(outcomes(the_lead('out')), array['opted_out'], 'an opted-out one as opted_out');
select is(outcomes(the_lead('out and booked and done')), array['opted_out'], 'one with all of it once, as opted_out');
select is(counters(), '{"completed": 2, "booked": 1, "opted_out": 2}', 'the campaign counts each once');
select is(counters(the_campaign('Retired')), '{"campaign_deleted": 1}', 'so does the retired one');
select is(run_counts(),
          '{"processed": 6, "completed": 2, "booked": 1, "opted_out": 2, "campaign_deleted": 1, "batches": 1}',
          'the run has the same counts');

select * from finish();
rollback;
