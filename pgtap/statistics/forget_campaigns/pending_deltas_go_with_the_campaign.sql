-- What the ledger holds for a deleted campaign is dropped, and for no other.
begin;
select plan(4);

-- given
select make_client();
select make_campaign('A');
select make_leads(2);
select make_campaign('B');
select make_leads(2);
select is(pending_deltas(the_campaign('A')), 1::bigint, 'A has a pending row');

-- when
delete from drip.campaigns as c where c.id = the_campaign('A');

-- then
select is(pending_deltas(the_campaign('A')), 0::bigint, 'gone with A');
select is(pending_deltas(the_campaign('B')), 1::bigint, 'B''s stays');
select is(drip.fold_campaign_stats(the_client()), 1::bigint, 'and is folded');

select * from finish();
rollback;
