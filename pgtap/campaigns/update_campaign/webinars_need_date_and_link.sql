-- A webinar has a zoom link and a date that was in the future when it was set; that it passes blocks no other change.
begin;
select plan(17);

-- given
select make_client();
create function pg_temp.problems(patch jsonb, campaign uuid default the_campaign(), at timestamptz default '2031-05-01T00:00Z') returns text[] language sql as
$$select array(select p.field || ' ' || p.problem from drip_internal.find_campaign_problems(the_client(), campaign, patch, at) as p)$$;

-- creating
select is(pg_temp.problems('{"name": "W", "campaignType": "webinar"}', null),
          array['webinarDatetime is needed by a webinar', 'zoomLink is needed by a webinar'], 'both are needed');
select is(pg_temp.problems('{"name": "W", "campaignType": "webinar", "webinarDatetime": "2031-05-01T00:00:00Z", "zoomLink": "https://zoom.us/j/1"}', null),
          array['webinarDatetime must be in the future'], 'now is not the future');
select is(pg_temp.problems('{"name": "W", "campaignType": "webinar", "webinarDatetime": "2031-05-01T00:00:00.001Z", "zoomLink": "https://zoom.us/j/1"}', null),
          '{}', 'a millisecond later is');
select is(pg_temp.problems('{"name": "W", "campaignType": "webinar", "webinarDatetime": "soon", "zoomLink": "zoom"}', null),
          array['webinarDatetime must be a point in time with its offset, as 2030-01-31T18:00:00Z, or null',
                'zoomLink must be an http or https URL with a host, without user info, control characters or white space, of at most 2,048 characters, or null'],
          'what is bad is named once');
select is(pg_temp.problems('{"name": "S", "webinarDatetime": "2020-05-01T00:00:00Z"}', null), '{}', 'a standard campaign may have any date');

-- given
select remember('campaign', 'W', (drip.create_campaign(
    the_client(), '{"name": "W", "campaignType": "webinar", "webinarDatetime": "2031-05-04T18:00:00Z", "zoomLink": "https://zoom.us/j/1"}',
    '2031-05-01T00:00Z') ->> 'id')::uuid);

-- updating, after the webinar was held
select is(pg_temp.problems('{"name": "Held", "isPaused": true, "resourceLink": "https://example.com"}', at => '2031-06-01T00:00Z'), '{}',
          'other fields can be changed');
select is(pg_temp.problems('{"zoomLink": "https://zoom.us/rec/1"}', at => '2031-06-01T00:00Z'), '{}', 'the link, too, for a recording');
select is(pg_temp.problems('{"webinarDatetime": "2031-05-04T20:00:00+02:00"}', at => '2031-06-01T00:00Z'), '{}', 'the date may be given as it is');
select is(pg_temp.problems('{"webinarDatetime": "2031-05-05T18:00:00Z"}', at => '2031-06-01T00:00Z'),
          array['webinarDatetime must be in the future'], 'another past date is refused');
select is(pg_temp.problems('{"webinarDatetime": "2031-06-05T18:00:00Z"}', at => '2031-06-01T00:00Z'), '{}', 'a future one is not');
select is(pg_temp.problems('{"zoomLink": null, "webinarDatetime": null}'),
          array['webinarDatetime is needed by a webinar', 'zoomLink is needed by a webinar'], 'neither can be cleared');
select is(pg_temp.problems('{"zoomLink": null, "webinarDatetime": null, "campaignType": "standard"}'), '{}', 'unless it is no webinar any more');

-- a standard campaign that becomes one
select make_campaign('S');
select is(pg_temp.problems('{"campaignType": "webinar"}'),
          array['webinarDatetime is needed by a webinar', 'zoomLink is needed by a webinar'], 'becoming one needs both');
update drip.campaigns as c set webinar_datetime = '2031-04-01T00:00Z', zoom_link = 'https://zoom.us/j/2' where c.id = the_campaign();
select is(pg_temp.problems('{"campaignType": "webinar"}'), array['webinarDatetime must be in the future'], 'and a date in the future');

-- a webinar that was inserted without either
insert into drip.campaigns (id, client_id, name, campaign_type) values ('00000000-0000-0000-0000-00000000000a', the_client(), 'Plain', 'webinar');
select is(pg_temp.problems('{"isPaused": false}', '00000000-0000-0000-0000-00000000000a'), '{}', 'its other fields can be changed');
select is(pg_temp.problems('{"webinarDatetime": "2031-06-05T18:00:00Z"}', '00000000-0000-0000-0000-00000000000a'),
          array['zoomLink is needed by a webinar'], 'touching one asks for both');
select is(sqlstate_of($$select drip.update_campaign(the_client(), the_campaign('W'), '{"zoomLink": null}')$$), 'DR016', 'update_campaign says so');

select * from finish();
rollback;
