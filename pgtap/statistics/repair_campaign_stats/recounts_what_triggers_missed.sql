-- After the triggers were away a repair makes the counters those of a recount, once.
begin;
select plan(7);

-- given
select start_empty();
select make_client();
select make_campaign('A');
select make_leads(2);
select make_campaign('B');
alter table drip.leads disable trigger user;
select make_leads(3);
select make_lead('Ann', is_active => false, campaign_history => jsonb_build_array(make_entry(the_campaign('A'), 'booked')));
alter table drip.leads enable trigger user;
select isnt_empty('select * from drip.verify_campaign_stats()', 'a recount finds differences');

-- when
select is(drip_internal.repair_campaign_stats(), 2::bigint, 'two counters were wrong');

-- then
select is(folded_counters(the_campaign('A')), '{"active": 2, "booked": 1}', 'A is right');
select is(folded_counters(the_campaign('B')), '{"active": 3}', 'so is B');
select is_empty('select * from drip.verify_campaign_stats()', 'a recount finds none');

-- twice
select is(drip_internal.repair_campaign_stats(), 0::bigint, 'again: nothing was wrong');
select is(folded_counters(the_campaign('B')), '{"active": 3}', 'nothing changes');

select * from finish();
rollback;
