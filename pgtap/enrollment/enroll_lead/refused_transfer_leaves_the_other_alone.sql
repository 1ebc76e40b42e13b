-- Whoever the campaign would not take is not taken out of another for it.
begin;
select plan(7);

-- given
select make_client();
select make_campaign('Retired', is_active => false);
select make_campaign('Welcome');
select make_campaign('Other');
select make_lead('out', phone => '+12025550101', opted_out => true);
select make_lead('done', phone => '+12025550102', campaign_history => jsonb_build_array(make_entry(the_campaign('Welcome'))));
select make_lead('Ann', phone => '+12025550103');

-- then
select is(enroll('{"phone": "+12025550101"}', the_campaign('Welcome'), transfer => true), 'opted_out', 'opted out');
select is(enroll('{"phone": "+12025550102"}', the_campaign('Welcome'), transfer => true), 'already_completed', 'was there before');
select is(enroll('{"phone": "+12025550103"}', the_campaign('Retired'), transfer => true), 'campaign_inactive', 'the campaign is retired');
select is(enroll('{"phone": "+12025550103"}', the_campaign('Other'), transfer => true), 'already_enrolled', 'it is there already');
select is(counters(the_campaign('Other')), '{"active": 3}', 'all are where they were');
select is((select sum(jsonb_array_length(l.campaign_history)) from drip.leads as l), 1::bigint, 'no entry was made');
select is(counters(the_campaign('Welcome')), '{"completed": 1}', 'nobody came');

select * from finish();
rollback;
