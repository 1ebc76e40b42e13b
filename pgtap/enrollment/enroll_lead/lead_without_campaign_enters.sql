-- An active lead that is in no campaign, or whose campaign was deleted, is free to enter.
begin;
select plan(6);

-- given
select make_client();
select make_campaign('Gone');
select make_lead('orphan', phone => '+12025550101', at_position => 1);
delete from drip.campaigns as c where c.id = the_campaign('Gone');
select make_campaign('Welcome');
select make_lead('loose', phone => '+12025550102', campaign => null, is_active => true, at_position => 2);

-- then
select is(enroll('{"phone": "+12025550101"}'), 'enrolled', 'whose campaign is deleted');
select is(enroll('{"phone": "+12025550102"}'), 'enrolled', 'who was in none');
select is((select count(*) from drip.leads as l where l.current_message_position = 0 and l.campaign_link_id = the_campaign()), 2::bigint,
          'both begin at the beginning');
select is(outcomes(the_lead('orphan')), array['campaign_deleted'], 'the deletion is remembered once');
select is(outcomes(the_lead('loose')), array[]::text[], 'who was in none has no entry');
select is(counters(), '{"active": 2}', 'counted');

select * from finish();
rollback;
