-- A lead that cannot leave keeps its campaign from being deleted: nothing happens at all.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead('sound');
select make_lead('poisoned');
select poison(message => 'refused', errcode => 'XX001');

-- then
select throws_ok($$delete from drip.campaigns as c where c.id = the_campaign()$$, 'XX001', 'refused', 'the error comes through');
select is((select count(*)::integer from drip.campaigns as c where c.id = the_campaign()), 1, 'the campaign is there');
select is(is_in_campaign(the_lead('sound')), true, 'and its leads are in it');
select is(counters(), '{"active": 2}', 'and counted');

select * from finish();
rollback;
