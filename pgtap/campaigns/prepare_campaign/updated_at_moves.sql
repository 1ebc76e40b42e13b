-- A change of the campaign is dated; a fold of its counters is none.
begin;
select plan(2);

-- given
select make_client();
select make_campaign();
update drip.campaigns as c set updated_at = '2026-01-01 00:00+00' where c.id = the_campaign();
select make_lead();

-- then
select drip.fold_campaign_stats(the_client());
select is((select c.updated_at from drip.campaigns as c where c.id = the_campaign()), '2026-01-01 00:00+00'::timestamptz, 'a fold leaves updated_at');
update drip.campaigns as c set is_paused = true where c.id = the_campaign();
select is((select c.updated_at from drip.campaigns as c where c.id = the_campaign()), now(), 'a pause moves it');

select * from finish();
rollback;
