-- TRUNCATE shows no rows to the triggers that count, so it is refused.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead();

-- then
select throws_ok('truncate drip.leads cascade', 'DR009', 'drip.leads cannot be truncated: the counters would not notice', 'leads');
select throws_ok('truncate drip.campaigns cascade', 'DR009', null, 'campaigns');
select throws_ok('truncate drip.clients cascade', 'DR009', null, 'nor by way of the clients');
select is(counters(), '{"active": 1}', 'all is there');

select * from finish();
rollback;
