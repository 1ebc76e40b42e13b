-- An active lead that is in no campaign has lost it: it leaves as campaign_deleted.
begin;
select plan(8);

-- given
select make_client();
select make_lead('lost', campaign => null, at_position => 2);
select make_lead('out', campaign => null, opted_out => true);
select make_run();
select is(stuck_reason(the_lead('lost')), 'campaign_missing', 'it is stuck for that reason');

-- when
select is(process(array[the_lead('lost'), the_lead('out')]), '{"processed": 2, "campaign_deleted": 1, "opted_out": 1}',
          'both leave');

-- then
select is(is_in_campaign(the_lead('lost')), false, 'the lead is inactive');
select is(outcomes(the_lead('lost')), array['campaign_deleted'], 'its history says campaign_deleted');
select is(history(the_lead('lost')) -> 0 -> 'messagesReceived', '2', 'and how many messages it had got');
select is(stuck_reason(the_lead('lost')), null, 'it is stuck no more');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'no counter is wrong');

-- twice
select is(process(array[the_lead('lost')]), '{"skipped": 1}', 'again: skipped');

select * from finish();
rollback;
