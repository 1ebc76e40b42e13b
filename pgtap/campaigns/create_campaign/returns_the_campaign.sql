-- All fields, in camel or snake case; only the name is needed.
begin;
select plan(8);

-- given
select make_client();

-- when
create temporary table made on commit drop as
select drip.create_campaign(
    the_client(),
    jsonb_build_object(
        'name', 'Evening <i>webinar</i>', 'formId', 'kajabi_7', 'campaignType', 'webinar', 'messages', make_messages(2),
        'isPaused', true, 'autoDiscovered', true, 'webinarDatetime', '2031-05-04T20:00:00+02:00',
        'zoomLink', ' https://zoom.us/j/123?pwd=a ', 'resourceName', E' The\tbook ', 'resourceLink', 'http://example.com/book',
        'reenrollOutcomes', '["booked", "completed", "booked"]'::jsonb, 'reenrollAfterDays', 30),
    '2031-01-01T00:00Z')::jsonb as campaign;

-- then
select is(
    (select m.campaign - array['id', 'createdAt', 'updatedAt', 'statistics'] from made as m),
    jsonb_build_object(
        'name', 'Evening webinar', 'formId', 'kajabi_7', 'isPaused', true, 'autoDiscovered', true,
        'messages', make_messages(2), 'clientId', the_client(), 'campaignType', 'webinar', 'isActive', true,
        'deactivatedAt', null, 'webinarDatetime', '2031-05-04T18:00:00.000Z', 'zoomLink', 'https://zoom.us/j/123?pwd=a',
        'resourceName', 'The book', 'resourceLink', 'http://example.com/book', 'lastEnrollmentAt', null,
        'reenrollOutcomes', '["booked", "completed", "booked"]'::jsonb, 'reenrollAfterDays', 30),
    'as given, with names made plain');
select results_eq(
    $$select c.name, c.form_id, c.webinar_datetime, c.zoom_link, c.reenroll_after_days
        from drip.campaigns as c where c.client_id = the_client()$$,
    $$values ('Evening webinar', 'kajabi_7', '2031-05-04T18:00Z'::timestamptz, 'https://zoom.us/j/123?pwd=a', 30)$$,
    'and stored');

-- when
create temporary table bare on commit drop as
select drip.create_campaign(the_client(), '{"name": "Bare"}')::jsonb as campaign;

-- then
select is(
    (select b.campaign - array['id', 'createdAt', 'updatedAt', 'statistics', 'clientId'] from bare as b),
    $${"name": "Bare", "formId": null, "isPaused": false, "autoDiscovered": false, "messages": [], "campaignType": "standard",
       "isActive": true, "deactivatedAt": null, "webinarDatetime": null, "zoomLink": null, "resourceName": null,
       "resourceLink": null, "lastEnrollmentAt": null, "reenrollOutcomes": null, "reenrollAfterDays": null}$$::jsonb,
    'a name suffices');
select is(drip.create_campaign(the_client(), '{"name": "Snake", "form_id": "s", "is_paused": true}')::jsonb ->> 'isPaused', 'true',
          'snake case is understood');
select throws_ok($$select drip.create_campaign(the_client(), '{"name": "Again", "formId": "kajabi_7"}')$$, 'DR015',
                 'form kajabi_7 belongs to another campaign of the client', 'a form has one campaign');
select throws_ok($$select drip.create_campaign('00000000-0000-0000-0000-000000000042', '{"name": "A"}')$$, 'DR001',
                 'client 00000000-0000-0000-0000-000000000042 is not known', 'an unknown client is refused');
select is(sqlstate_of($$select drip.create_campaign(the_client(), '{"name": "A"}', 'infinity')$$), 'DR012', 'so is a moment that is none');
select is((select count(*) from drip.campaigns as c where c.client_id = the_client()), 3::bigint, 'nothing else was made');

select * from finish();
rollback;
