-- The one campaign object: keys in the order of the issue, timestamps as JavaScript writes them, statistics exact.
begin;
select plan(14);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign(form_id => 'f1', steps => 2);
select make_lead('in', enrolled_at => '2031-05-04T12:00:00.123987Z');
select make_lead('done', is_active => false, enrolled_at => '2031-05-04T11:00Z',
                 campaign_history => jsonb_build_array(make_entry(), make_entry(outcome => 'abandoned'), make_entry()));
select drip.fold_campaign_stats(the_client());
select make_lead('booked', is_active => false, enrolled_at => '2031-05-04T11:00Z', campaign_history => jsonb_build_array(make_entry(outcome => 'booked')));
select drip.enroll_lead(the_client(), the_campaign(), jsonb_build_object('phone', (select l.phone from drip.leads as l where l.id = the_lead('in'))));
create temporary table described on commit drop as select drip.describe_campaign(the_client(), the_campaign()) as campaign;

-- then
select is((select array_agg(k.key order by k.place) from described as d cross join lateral json_object_keys(d.campaign) with ordinality as k (key, place)),
          array['id', 'name', 'formId', 'isPaused', 'autoDiscovered', 'messages', 'clientId', 'campaignType', 'isActive', 'deactivatedAt',
                'webinarDatetime', 'zoomLink', 'resourceName', 'resourceLink', 'statistics', 'createdAt', 'updatedAt', 'lastEnrollmentAt',
                'reenrollOutcomes', 'reenrollAfterDays'],
          'the keys, in order');
select is((select array_agg(k.key order by k.place) from described as d cross join lateral json_object_keys(d.campaign -> 'messages' -> 1) with ordinality as k (key, place)),
          array['step', 'delayMinutes', 'text', 'type'], 'a message''s keys, in the guide''s order');
select is((select (d.campaign -> 'messages')::jsonb from described as d), make_messages(2), 'the messages');
select is((select (d.campaign -> 'statistics')::jsonb from described as d),
          $${"activeLeads": 1, "completed": 2, "booked": 1, "optedOut": 0, "abandoned": 1, "campaignDeleted": 0, "completionRate": 50.0,
             "refused": {"alreadyEnrolled": 1, "alreadyCompleted": 0, "optedOut": 0, "campaignInactive": 0, "inAnotherCampaign": 0}}$$,
          'the counts, what is not folded yet included');
select is((select array_agg(k.key order by k.place) from described as d cross join lateral json_object_keys(d.campaign -> 'statistics') with ordinality as k (key, place)),
          array['activeLeads', 'completed', 'booked', 'optedOut', 'abandoned', 'campaignDeleted', 'completionRate', 'refused'], 'in order');
select is((select d.campaign ->> 'lastEnrollmentAt' from described as d), '2031-05-04T12:00:00.123Z', 'milliseconds, in UTC');
select matches((select d.campaign ->> 'createdAt' from described as d), '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$', 'createdAt');
select matches((select d.campaign ->> 'updatedAt' from described as d), '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$', 'updatedAt');
set local timezone = 'Asia/Kolkata';
select is(drip.describe_campaign(the_client(), the_campaign())::text, (select d.campaign::text from described as d), 'whatever the session''s time zone');

-- and
select is(drip.describe_campaign(null, the_campaign())::text, (select d.campaign::text from described as d), 'by its id alone');
select throws_ok($$select drip.describe_campaign(the_client('Other'), the_campaign())$$, 'DR002',
                 format('client %s has no campaign %s', the_client('Other'), the_campaign()), 'not as another client''s');
select is(sqlstate_of($$select drip.describe_campaign(gen_random_uuid(), the_campaign())$$), 'DR001', 'not for an unknown client');
select throws_ok($$select drip.describe_campaign(null, '00000000-0000-0000-0000-000000000042')$$, 'DR002',
                 'campaign 00000000-0000-0000-0000-000000000042 is not known', 'an unknown id is refused');
select is(sqlstate_of($$select drip.describe_campaign(null, null)$$), 'DR002', 'so is none');

select * from finish();
rollback;
