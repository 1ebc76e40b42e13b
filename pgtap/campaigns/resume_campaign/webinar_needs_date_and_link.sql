-- A webinar without a date or a link does not send; one whose date has passed may.
begin;
select plan(5);

-- given
select make_client();
select make_campaign('Held', is_paused => true);
update drip.campaigns as c
   set campaign_type = 'webinar', webinar_datetime = '2020-01-01 00:00+00', zoom_link = 'https://zoom.us/j/1'
 where c.id = the_campaign('Held');
create temporary table copied on commit drop as select drip.clone_campaign(the_client(), the_campaign('Held')) as id;

-- then
select throws_ok('select drip.resume_campaign(the_client(), c.id) from copied as c', 'DR016',
                 'this is no campaign: webinarDatetime is needed by a webinar', 'the copy has no date');
select throws_ok($$select drip.update_campaign(the_client(), c.id, '{"isPaused": false}') from copied as c$$, 'DR016',
                 'this is no campaign: webinarDatetime is needed by a webinar', 'nor by a patch');
select lives_ok($$select drip.update_campaign(the_client(), c.id, '{"isPaused": false, "webinarDatetime": "2099-01-01T00:00:00Z"}') from copied as c$$,
                'with a date it sends');
select is(drip.resume_campaign(the_client(), the_campaign('Held')), true, 'one that was held sends what follows it');
select is((select count(*) from drip.campaigns as c where not c.is_paused), 2::bigint, 'both do');

select * from finish();
rollback;
