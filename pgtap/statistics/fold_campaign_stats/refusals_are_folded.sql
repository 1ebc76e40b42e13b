-- Refusals travel in the ledger and are folded with the rest; the view says the same before and after.
begin;
select plan(9);

-- given
select make_client();
select make_campaign('Other');
select make_lead('elsewhere', phone => '+12025550101');
select make_campaign('Retired', is_active => false);
select make_campaign('Welcome');
select make_lead('inside', phone => '+12025550102');
select make_lead('done', phone => '+12025550103', is_active => false, campaign_history => jsonb_build_array(make_entry()));
select make_lead('out', phone => '+12025550104', is_active => false, opted_out => true, campaign => null);
select drip.fold_campaign_stats(the_client());
select enroll_all(jsonb_agg(jsonb_build_object('phone', '+1202555010' || n.n))) from generate_series(1, 4) as n (n);
select enroll('{"phone": "+12025550102"}');
select enroll('{"phone": "+12025550103"}', the_campaign('Retired'));

-- then
select is(refusals(), '{"already_enrolled": 2, "already_completed": 1, "opted_out": 1, "in_another_campaign": 1}', 'the view is exact at once');
select is(folded_refusals(), '{}', 'the columns wait');
select is(drip.fold_campaign_stats(the_client()), 6::bigint, 'a ledger row per call and reason');
select is(folded_refusals(), '{"already_enrolled": 2, "already_completed": 1, "opted_out": 1, "in_another_campaign": 1}', 'then they have them');
select is(folded_refusals(the_campaign('Retired')), '{"campaign_inactive": 1}', 'each campaign its own');
select is(refusals(), folded_refusals(), 'the view says what it said');
select is(folded_counters(), '{"active": 1, "completed": 1}', 'no other counter moved');
select is(drip.fold_campaign_stats(the_client()), 0::bigint, 'again: nothing to fold');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');

select * from finish();
rollback;
