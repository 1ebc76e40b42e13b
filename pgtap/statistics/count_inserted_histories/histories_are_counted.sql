-- A lead that is inserted with a history counts in the campaigns that it names, each entry by its outcome.
begin;
select plan(4);

-- given
select make_client('Other');
select make_campaign('Theirs');
select make_client('Acme');
select make_campaign('A');
select make_campaign('B');

-- when
select make_lead('Ann', campaign => the_campaign('B'), campaign_history => jsonb_build_array(
    make_entry(the_campaign('A'), 'completed'), make_entry(the_campaign('A'), 'booked'), make_entry(the_campaign('B'), 'abandoned')));
select make_lead('Bob', is_active => false, campaign_history => jsonb_build_array(
    make_entry(the_campaign('A'), 'opted_out'), make_entry(the_campaign('B'), 'campaign_deleted')));
select make_lead('Cid', campaign => null, is_active => false, campaign_history => jsonb_build_array(
    make_entry(the_campaign('Theirs')), make_entry(gen_random_uuid()), make_entry(null), make_entry(the_campaign('A'), 'bored'),
    '{}', '{"campaignId": "no uuid", "outcome": "completed"}', '"completed"'));

-- then
select is(counters(the_campaign('A')), '{"completed": 1, "booked": 1, "opted_out": 1}', 'A has three exits');
select is(counters(the_campaign('B')), '{"active": 1, "abandoned": 1, "campaign_deleted": 1}', 'B has two and one active');
select is(counters(the_campaign('Theirs')), '{}', 'another client''s campaign, unknown ones and odd entries are not counted');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'a recount finds the same');

select * from finish();
rollback;
