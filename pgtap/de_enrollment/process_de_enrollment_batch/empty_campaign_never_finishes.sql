-- A campaign without messages keeps its leads, at any position, until they opt out or book.
begin;
select plan(8);

-- given
select make_client();
select make_campaign(steps => 0);
select make_lead('Ann', at_position => 0);
select make_lead('Bob', at_position => 9);
select make_lead('Cid', at_position => 0, opted_out => true);
select make_run();

-- when
select is(process(array[the_lead('Ann'), the_lead('Bob'), the_lead('Cid')]), '{"processed": 1, "opted_out": 1, "skipped": 2}',
          'only who opted out leaves');

-- then
select is(is_in_campaign(the_lead('Ann')), true, 'Ann stays');
select is(is_in_campaign(the_lead('Bob')), true, 'Bob stays');
select is(stuck_reason(the_lead('Ann')), 'empty_campaign', 'Ann is stuck in an empty campaign');
select is(stuck_reason(the_lead('Bob')), 'empty_campaign', 'so is Bob');
select is(counters(), '{"active": 2, "opted_out": 1}', 'the counters say so');

-- and with messages
update drip.campaigns as c set messages = make_messages(3) where c.id = the_campaign();
select is(stuck_reason(the_lead('Ann')), null, 'with messages Ann is in progress');
select is(process(array[the_lead('Ann'), the_lead('Bob')]), '{"processed": 1, "completed": 1, "skipped": 1}', 'and Bob leaves');

select * from finish();
rollback;
