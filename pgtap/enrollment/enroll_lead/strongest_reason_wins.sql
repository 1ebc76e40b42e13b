-- Where several reasons hold: opted_out, campaign_inactive, already_enrolled, already_completed, in_another_campaign, in that order.
begin;
select plan(7);

-- given
select make_client();
select make_campaign('Other');
select make_campaign('Retired', is_active => false);
select make_campaign('Welcome');

-- then
select make_lead('a', phone => '+12025550101', campaign => the_campaign('Retired'), opted_out => true);
select is(enroll('{"phone": "+12025550101"}', the_campaign('Retired')), 'opted_out', 'opted out, in it, and it is retired');
select make_lead('b', phone => '+12025550102', opted_out => true,
                 campaign_history => jsonb_build_array(make_entry(outcome => 'opted_out')));
select is(enroll('{"phone": "+12025550102"}'), 'opted_out', 'opted out, in it, and in its history');
select make_lead('c', phone => '+12025550103', campaign => the_campaign('Retired'),
                 campaign_history => jsonb_build_array(make_entry(the_campaign('Retired'))));
select is(enroll('{"phone": "+12025550103"}', the_campaign('Retired')), 'campaign_inactive', 'retired, in it, and in its history');
select make_lead('d', phone => '+12025550104', campaign_history => jsonb_build_array(make_entry()));
select is(enroll('{"phone": "+12025550104"}'), 'already_enrolled', 'in it for the second time');
select make_lead('e', phone => '+12025550105', campaign => the_campaign('Other'),
                 campaign_history => jsonb_build_array(make_entry()));
select is(enroll('{"phone": "+12025550105"}'), 'already_completed', 'in its history, and in another now');
select is(enroll('{"phone": "+12025550105"}', transfer => true), 'already_completed', 'which it is not taken out of for that');
select is(l.campaign_link_id, the_campaign('Other'), 'it stays there') from drip.leads as l where l.id = the_lead('e');

select * from finish();
rollback;
