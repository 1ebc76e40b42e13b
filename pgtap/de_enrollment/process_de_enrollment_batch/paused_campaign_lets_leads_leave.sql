-- Pause stops sending, not leaving.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(steps => 2, is_paused => true);
select make_lead('done', at_position => 2);
select make_lead('out', opted_out => true);
select make_lead('booked', booked_at => now());
select make_lead('in progress', at_position => 1);
select make_run();

-- when
select is(process(array[the_lead('done'), the_lead('out'), the_lead('booked'), the_lead('in progress')]),
          '{"processed": 3, "completed": 1, "opted_out": 1, "booked": 1, "skipped": 1}', 'three leave a paused campaign');

-- then
select is(is_in_campaign(the_lead('in progress')), true, 'the one in progress stays');
select is(counters(), '{"active": 1, "completed": 1, "opted_out": 1, "booked": 1}', 'all are counted');
select is((select c.is_paused from drip.campaigns as c where c.id = the_campaign()), true, 'the campaign stays paused');

select * from finish();
rollback;
