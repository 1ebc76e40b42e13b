-- Taken one by one, the leads still count under their own outcomes.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('poisoned', at_position => 1);
select poison();
select make_lead('done', at_position => 1);
select make_lead('done too', at_position => 1);
select make_lead('out', opted_out => true);
select make_lead('booked', booked_at => now());
select make_lead('in progress');
select make_run();

-- when
select is(process(array(select l.id from drip.leads as l where l.client_id = the_client()) || gen_random_uuid()),
          '{"processed": 4, "completed": 2, "opted_out": 1, "booked": 1, "failed": 1, "skipped": 2}',
          'every outcome is counted');

-- then
select is(counters(), '{"active": 2, "completed": 2, "opted_out": 1, "booked": 1}', 'the campaign counts the same');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'as does a recount');

select * from finish();
rollback;
