-- Folded and pending refusals add up, and the refusals of a campaign that is deleted go with it.
begin;
select plan(5);

-- given
select make_client();
select make_campaign();
select make_lead('Ann', phone => '+12025550101');
select enroll_all('[{"phone": "+12025550101"}, {"phone": "+12025550101"}]');
select drip.fold_campaign_stats(the_client());
select enroll('{"phone": "+12025550101"}');

-- then
select is(folded_refusals(), '{"already_enrolled": 2}', 'two are folded');
select is(refusals(), '{"already_enrolled": 3}', 'three were refused');
select is((select s.completion_rate from drip.campaign_statistics as s where s.id = the_campaign()), null, 'a refusal is no exit');
delete from drip.campaigns as c where c.id = the_campaign();
select is(pending_deltas(), 0::bigint, 'what was pending is gone');
select is(drip.fold_campaign_stats(the_client()), 0::bigint, 'and nothing is left to fold');

select * from finish();
rollback;
