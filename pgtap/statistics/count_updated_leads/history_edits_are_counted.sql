-- Entries that an update adds, changes or removes move the counters, whoever wrote them.
begin;
select plan(8);

-- given
select make_client();
select make_campaign('A');
select make_campaign('B');
select make_lead('Ann', campaign => the_campaign('A'), is_active => false);
select make_lead('Bob', campaign => the_campaign('A'), is_active => false, campaign_history => jsonb_build_array(make_entry(the_campaign('B'))));

-- then
update drip.leads as l set campaign_history = jsonb_build_array(make_entry(the_campaign('A')), make_entry(the_campaign('A')))
 where l.id = the_lead('Ann');
select is(counters(the_campaign('A')), '{"completed": 2}', 'two entries are added');
update drip.leads as l set campaign_history = jsonb_set(l.campaign_history, '{0,outcome}', '"booked"') where l.id = the_lead('Ann');
select is(counters(the_campaign('A')), '{"completed": 1, "booked": 1}', 'one changes its outcome');
update drip.leads as l set campaign_history = jsonb_set(l.campaign_history, '{1,campaignId}', to_jsonb(the_campaign('B')))
 where l.id = the_lead('Ann');
select is(counters(the_campaign('A')), '{"booked": 1}', 'one changes its campaign: A loses it');
select is(counters(the_campaign('B')), '{"completed": 2}', 'and B gains it');
update drip.leads as l set campaign_history = l.campaign_history - 0 where l.client_id = the_client();
select is(counters(the_campaign('A')), '{}', 'the first entry of both is removed: A has none');
select is(counters(the_campaign('B')), '{"completed": 1}', 'B has one');
update drip.leads as l set campaign_history = '[]' where l.client_id = the_client();
select is(counters(the_campaign('B')), '{}', 'emptied');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'a recount finds the same');

select * from finish();
rollback;
