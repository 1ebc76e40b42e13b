-- A lead that is named twice leaves once.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('done', at_position => 1);
select make_lead('in progress');
select make_run();

-- then
select is(process(array[the_lead('done'), the_lead('in progress'), the_lead('done'), the_lead('done'), the_lead('in progress')]),
          '{"processed": 1, "completed": 1, "skipped": 1}', 'each id counts once');
select is(outcomes(the_lead('done')), array['completed'], 'one entry');
select is(counters(), '{"active": 1, "completed": 1}', 'one count');

select * from finish();
rollback;
