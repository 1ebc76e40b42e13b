-- A ledger row that nobody's lead explains shows as a difference, as does one that is lost.
begin;
select plan(1);

-- given
select make_client();
select make_campaign('A');
select make_leads(2);
select make_campaign('B');
select make_leads(2);

-- when
insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta) values (the_client(), the_campaign('A'), 'opted_out', 1);
delete from drip_internal.campaign_stat_deltas as d where d.campaign_id = the_campaign('B');

-- then
select set_eq(
    $$select v.campaign_id, v.counter, v.recorded, v.recounted from drip.verify_campaign_stats(the_client()) as v$$,
    $$values (the_campaign('A'), 'opted_out', 1::bigint, 0::bigint), (the_campaign('B'), 'active', 0::bigint, 2::bigint)$$,
    'both are found');

select * from finish();
rollback;
