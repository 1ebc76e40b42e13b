-- One row per counter that differs from a recount; none when all is well.
begin;
select plan(4);

-- given
select make_client();
select make_campaign('A', steps => 1);
select make_leads(3, at_position => 1);
select make_campaign('B');
select make_leads(2);
select sweep();
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'all is well');

-- when
update drip.campaigns as c set completed_leads_count = c.completed_leads_count + 2, booked_count = 1 where c.id = the_campaign('A');
update drip.campaigns as c set active_leads_count = 0 where c.id = the_campaign('B');

-- then
select set_eq(
    $$select v.client_id, v.campaign_id, v.counter, v.recorded, v.recounted from drip.verify_campaign_stats(the_client()) as v$$,
    $$values (the_client(), the_campaign('A'), 'completed', 5::bigint, 3::bigint),
             (the_client(), the_campaign('A'), 'booked', 1::bigint, 0::bigint),
             (the_client(), the_campaign('B'), 'active', 0::bigint, 2::bigint)$$,
    'three differences');
select set_eq(
    $$select v.counter from drip.verify_campaign_stats() as v where v.client_id = the_client()$$,
    $$values ('completed'), ('booked'), ('active')$$, 'the same among all clients');
select throws_ok($$select * from drip.verify_campaign_stats('00000000-0000-0000-0000-000000000000')$$,
                 'DR001', 'client 00000000-0000-0000-0000-000000000000 is not known', 'an unknown client is refused');

select * from finish();
rollback;
