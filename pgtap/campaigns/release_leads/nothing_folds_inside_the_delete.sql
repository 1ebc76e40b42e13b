-- Other campaigns' counters wait for their fold; the deleted one's are dropped.
begin;
select plan(3);

-- given
select make_client();
select make_campaign('Kept');
select make_lead('elsewhere');
select make_campaign('Deleted');
select make_leads(3);

-- when
delete from drip.campaigns as c where c.id = the_campaign('Deleted');

-- then
select is(folded_counters(the_campaign('Kept')), '{}', 'nothing is folded');
select is(pending_deltas(the_campaign('Kept')), 1::bigint, 'what is pending stays pending');
select is(pending_deltas(the_campaign('Deleted')), 0::bigint, 'the deleted one''s is gone');

select * from finish();
rollback;
