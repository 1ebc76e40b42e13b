-- With a client, its campaigns alone; without, everybody's.
begin;
select plan(7);

-- given
select start_empty();
select make_client('Other');
select make_campaign('Theirs');
select make_lead('theirs');
select make_client('Acme');
select make_campaign('Ours');
select make_lead('ours');

-- then
select is(drip.fold_campaign_stats(the_client('Acme')), 1::bigint, 'one row of one client');
select is(folded_counters(the_campaign('Ours')), '{"active": 1}', 'ours are folded');
select is(folded_counters(the_campaign('Theirs')), '{}', 'theirs wait');
select make_lead('ours too');
select is(drip.fold_campaign_stats(), 2::bigint, 'then everybody''s');
select is(folded_counters(the_campaign('Ours')), '{"active": 2}', 'ours again');
select is(folded_counters(the_campaign('Theirs')), '{"active": 1}', 'and theirs');
select throws_ok($$select drip.fold_campaign_stats('00000000-0000-0000-0000-000000000000')$$,
                 'DR001', 'client 00000000-0000-0000-0000-000000000000 is not known', 'an unknown client is refused');

select * from finish();
rollback;
