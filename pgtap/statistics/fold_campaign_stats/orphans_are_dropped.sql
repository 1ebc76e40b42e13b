-- Ledger rows whose campaign is gone (written while it was being deleted) are cleared away.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead();
insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
values (the_client(), '00000000-0000-4000-8000-00000000000f', 'active', -1);

-- when
select is(drip.fold_campaign_stats(the_client()), 2::bigint, 'both rows are taken');

-- then
select is(pending_deltas('00000000-0000-4000-8000-00000000000f'), 0::bigint, 'the orphan is gone');
select is(folded_counters(), '{"active": 1}', 'the other is folded');
select is(drip.fold_campaign_stats(the_client()), 0::bigint, 'again: nothing');

select * from finish();
rollback;
