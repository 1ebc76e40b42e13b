-- Advance, exit, transfer, re-enroll: the counters follow each update.
begin;
select plan(9);

-- given
select make_client();
select make_campaign('A');
select make_campaign('B');
select make_lead('Ann', campaign => the_campaign('A'));
select make_lead('Bob', campaign => the_campaign('A'));
select drip.fold_campaign_stats(the_client());

-- then
update drip.leads as l set current_message_position = 2 where l.client_id = the_client();
select is(pending_deltas(the_campaign('A')), 0::bigint, 'advancing writes nothing to the ledger');
update drip.leads as l set is_active = false where l.id = the_lead('Ann');
select is(counters(the_campaign('A')), '{"active": 1}', 'going inactive takes one');
update drip.leads as l set is_active = true where l.id = the_lead('Ann');
select is(counters(the_campaign('A')), '{"active": 2}', 'coming back adds one');
update drip.leads as l set campaign_link_id = the_campaign('B') where l.id = the_lead('Ann');
select is(counters(the_campaign('A')), '{"active": 1}', 'a transfer takes one from A');
select is(counters(the_campaign('B')), '{"active": 1}', 'and adds one to B');
update drip.leads as l set campaign_link_id = null where l.id = the_lead('Ann');
select is(counters(the_campaign('B')), '{}', 'losing the link takes it from B');
update drip.leads as l
   set campaign_link_id = case when l.campaign_link_id is null then the_campaign('A') else the_campaign('B') end
 where l.client_id = the_client();
select is(counters(the_campaign('A')), '{"active": 1}', 'two that change places in one statement: one in A');
select is(counters(the_campaign('B')), '{"active": 1}', 'one in B');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'a recount finds the same');

select * from finish();
rollback;
