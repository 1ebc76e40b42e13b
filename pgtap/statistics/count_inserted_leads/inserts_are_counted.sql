-- Single, bulk and mixed inserts: exact at once, before any fold.
begin;
select plan(8);

-- given
select make_client();
select make_campaign('A');
select make_campaign('B');

-- then
select make_lead('Ann', campaign => the_campaign('A'), enrolled_at => '2026-01-01 00:00+00');
select is(counters(the_campaign('A')), '{"active": 1}', 'one');
select make_leads(100, campaign => the_campaign('A'));
select is(counters(the_campaign('A')), '{"active": 101}', 'a hundred more');
select is(pending_deltas(the_campaign('A')), 2::bigint, 'in one ledger row per statement');
select make_lead('Bob', campaign => the_campaign('A'), is_active => false);
select make_lead('Cid', campaign => null);
select is(counters(the_campaign('A')), '{"active": 101}', 'inactive ones and ones without campaign are not counted');
insert into drip.leads (client_id, campaign_link_id, phone)
select the_client(), c.id, make_phone() from drip.campaigns as c where c.client_id = the_client();
select is(counters(the_campaign('A')), '{"active": 102}', 'one statement for two campaigns counts in the first');
select is(counters(the_campaign('B')), '{"active": 1}', 'and in the second');
select is(folded_counters(the_campaign('A')), '{}', 'all of it before a fold');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'a recount finds the same');

select * from finish();
rollback;
