-- The client is the run's: nobody takes out another client's leads.
begin;
select plan(5);

-- given
select make_client('Other');
select make_campaign('Theirs', steps => 1);
select make_lead('theirs', at_position => 1);
select make_client('Acme');
select make_campaign('Ours', steps => 1);
select make_lead('ours', at_position => 1);
select make_run();

-- when
select is(process(array[the_lead('theirs'), the_lead('ours')]), '{"processed": 1, "completed": 1, "skipped": 1}',
          'one is processed, one skipped');

-- then
select is(is_in_campaign(the_lead('theirs')), true, 'the other client''s lead stays');
select is(history(the_lead('theirs')), '[]', 'without an entry');
select is(counters(the_campaign('Theirs')), '{"active": 1}', 'and their campaign counts it as active');
select is(is_in_campaign(the_lead('ours')), false, 'ours left');

select * from finish();
rollback;
