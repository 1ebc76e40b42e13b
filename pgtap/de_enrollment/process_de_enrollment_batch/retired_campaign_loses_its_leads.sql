-- After a campaign is retired its active leads leave as campaign_deleted, finished or not.
begin;
select plan(7);

-- given
select make_client();
select make_campaign('Spring', steps => 2);
select make_lead('new');
select make_lead('done', at_position => 2);
select make_lead('out', opted_out => true);
select make_lead('left before', is_active => false, campaign_history => jsonb_build_array(make_entry()));
update drip.campaigns as c set is_active = false where c.id = the_campaign();
select make_run();

-- when
select is(process(array[the_lead('new'), the_lead('done'), the_lead('out'), the_lead('left before')]),
          '{"processed": 3, "campaign_deleted": 2, "opted_out": 1, "skipped": 1}', 'its active leads leave');

-- then
select is(outcomes(the_lead('new')), array['campaign_deleted'], 'one in progress as campaign_deleted');
select is(outcomes(the_lead('done')), array['campaign_deleted'], 'a finished one as campaign_deleted too: it is the stronger');
select is(outcomes(the_lead('out')), array['opted_out'], 'one that opted out as opted_out');
select is(outcomes(the_lead('left before')), array['completed'], 'who left before keeps that');
select is(history(the_lead('new')) -> 0 ->> 'campaignName', 'Spring', 'the entry names the campaign');
select is(counters(), '{"completed": 1, "campaign_deleted": 2, "opted_out": 1}', 'all are counted');

select * from finish();
rollback;
