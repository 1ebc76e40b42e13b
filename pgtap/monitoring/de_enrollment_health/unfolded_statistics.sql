-- A warning when the ledger grows beyond 100,000 rows.
begin;
select plan(4);

-- given
select start_empty();
select make_client();
select make_campaign();
select make_lead();
select is(health('unfolded_statistics'), 'ok 1', 'one row');
insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
select the_client(), the_campaign(), 'active', 1 from generate_series(1, 99999);
select is(health('unfolded_statistics'), 'ok 100000', '100,000 rows');
select make_lead('Bob');
select is(health('unfolded_statistics'), 'warning 100001', 'one more');
select drip.fold_campaign_stats();
select is(health('unfolded_statistics'), 'ok 0', 'folded');

select * from finish();
rollback;
