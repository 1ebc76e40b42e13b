-- Messages and settings are copied; leads, counts, the form and the past are not.
begin;
select plan(16);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign('Welcome', form_id => 'f1', auto_discovered => true, is_active => false, steps => 2);
update drip.campaigns as c
   set resource_name = 'Book', resource_link = 'https://example.com', reenroll_outcomes = '{booked}', reenroll_after_days = 3
 where c.id = the_campaign();
select make_lead(is_active => false, campaign_history => jsonb_build_array(make_entry()));
select drip.fold_campaign_stats(the_client());

-- when
select remember('campaign', 'copy', drip.clone_campaign(the_client(), the_campaign('Welcome')));

-- then
select is(
    drip.describe_campaign(the_client(), the_campaign('copy'))::jsonb - array['createdAt', 'updatedAt'],
    (drip.describe_campaign(the_client(), the_campaign('Welcome'))::jsonb - array['createdAt', 'updatedAt']) || jsonb_build_object(
        'id', the_campaign('copy'), 'name', 'Welcome (copy)', 'formId', null, 'isPaused', true, 'isActive', true,
        'autoDiscovered', false, 'deactivatedAt', null, 'lastEnrollmentAt', null,
        'statistics', (drip.create_campaign(the_client(), '{"name": "Fresh"}')::jsonb -> 'statistics')),
    'a copy, also of a retired campaign: paused, active, counts at zero');
select is((select c.completed_leads_count from drip.campaigns as c where c.id = the_campaign('Welcome')), 1, 'the original keeps its counts');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'which a recount agrees with');

-- names and forms
select lives_ok($$select drip.clone_campaign(the_client(), the_campaign('Welcome'), ' <i>Second</i> ')$$, 'a name can be given');
select is((select count(*) from drip.campaigns as c where c.client_id = the_client() and c.name = 'Second'), 1::bigint, 'and is made plain');
select lives_ok($$select drip.clone_campaign(the_client(), the_campaign('Welcome'), p_form_id => 'f2')$$, 'a form can be given');
select is((select c.name from drip.campaigns as c where c.form_id = 'f2' and c.client_id = the_client()), 'Welcome (copy)', 'and is stored');
select throws_ok($$select drip.clone_campaign(the_client(), the_campaign('Welcome'), p_form_id => 'f1')$$, 'DR015',
                 'form f1 belongs to another campaign of the client', 'the original''s own is taken');
select throws_ok($$select drip.clone_campaign(the_client(), the_campaign('Welcome'), ' ')$$, 'DR016',
                 'this is no campaign: name must be text, and not blank', 'a blank name is refused');
select is(sqlstate_of($$select drip.clone_campaign(the_client(), the_campaign('Welcome'), p_form_id => ' f')$$), 'DR016', 'so is a bad form id');
select is(sqlstate_of($$select drip.clone_campaign(the_client('Other'), the_campaign('Welcome'))$$), 'DR002', 'another client''s campaign');
select is(sqlstate_of($$select drip.clone_campaign(gen_random_uuid(), the_campaign('Welcome'))$$), 'DR001', 'and an unknown client');
select make_campaign(repeat('é', 255));
select drip.clone_campaign(the_client(), the_campaign());
select is((select count(*) from drip.campaigns as c where c.name = repeat('é', 248) || ' (copy)'), 1::bigint, 'a long name is cut for the addition');

-- webinars
select remember('campaign', 'W', (drip.create_campaign(
    the_client(), '{"name": "W", "campaignType": "webinar", "webinarDatetime": "2031-05-04T18:00:00Z", "zoomLink": "https://zoom.us/j/1"}',
    '2031-05-01T00:00Z') ->> 'id')::uuid);
select remember('campaign', 'early', drip.clone_campaign(the_client(), the_campaign('W'), p_now => '2031-05-04T17:59:59Z'));
select remember('campaign', 'late', drip.clone_campaign(the_client(), the_campaign('W'), p_now => '2031-05-04T18:00:00Z'));
select is((select c.webinar_datetime from drip.campaigns as c where c.id = the_campaign('early')), '2031-05-04T18:00:00Z', 'a date to come is copied');
select results_eq($$select c.campaign_type, c.webinar_datetime, c.zoom_link, c.is_paused from drip.campaigns as c where c.id = the_campaign('late')$$,
                  $$values ('webinar', null::timestamptz, 'https://zoom.us/j/1', true)$$, 'a date that passed is not');
select is(drip.update_campaign(the_client(), the_campaign('late'), '{"webinarDatetime": "2031-06-01T18:00:00Z", "isPaused": false}', '2031-05-05T00:00Z')
          ->> 'webinarDatetime', '2031-06-01T18:00:00.000Z', 'it waits for another');

select * from finish();
rollback;
