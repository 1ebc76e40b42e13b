-- What is refused, field by field, and what is kept or changed.
begin;
select plan(98);

-- given
select make_client();
create function pg_temp.problems(patch jsonb) returns text[] language sql as
$$select array(select p.field || ' ' || p.problem
                 from drip_internal.find_campaign_problems(the_client(), null, '{"name": "A"}' || patch, '2031-01-01T00:00Z') as p)$$;
create function pg_temp.stored(patch jsonb, column_name text) returns text language sql as
$$select p.campaign ->> column_name from drip_internal.patch_campaign('{"id": 1}', patch, '2031-01-01T00:00Z') as p
   where p.fields = '{}'$$;

-- refused
select is(cardinality(pg_temp.problems(r.patch::jsonb)), 1, 'refused: ' || left(r.patch, 80))
  from (values
       ('{"name": null}'), ('{"name": ""}'), ('{"name": "  "}'), ('{"name": 5}'), ('{"name": ["A"]}'), ('{"name": "<br>"}'),
       ('{"name": "\u202e\u0007"}'),
       ('{"formId": ""}'), ('{"formId": " f"}'), ('{"formId": 5}'), ('{"formId": "<b>"}'), ('{"formId": "a\u202eb"}'),
       ('{"formId": "a\u0001"}'), ('{"formId": "' || repeat('x', 256) || '"}'),
       ('{"campaignType": null}'), ('{"campaignType": "Webinar"}'), ('{"campaignType": 1}'),
       ('{"messages": null}'), ('{"messages": {}}'), ('{"messages": "[]"}'), ('{"messages": [{"step": 2}]}'),
       ('{"isPaused": null}'), ('{"isPaused": "true"}'), ('{"isPaused": 1}'), ('{"isActive": null}'), ('{"autoDiscovered": "no"}'),
       ('{"webinarDatetime": ""}'), ('{"webinarDatetime": "soon"}'), ('{"webinarDatetime": "2031-05-04T18:00:00"}'),
       ('{"webinarDatetime": "2031-05-04"}'), ('{"webinarDatetime": "2031-02-30T18:00:00Z"}'), ('{"webinarDatetime": "infinity"}'),
       ('{"webinarDatetime": 1935684000}'), ('{"webinarDatetime": "now"}'),
       ('{"zoomLink": ""}'), ('{"zoomLink": "zoom.us/j/1"}'), ('{"zoomLink": "javascript:alert(1)"}'), ('{"zoomLink": 5}'),
       ('{"zoomLink": "https://a@b"}'), ('{"zoomLink": "https://good.example\\@evil.example"}'),
       ('{"zoomLink": "https://zoom.us/\u0007"}'), ('{"resourceLink": "ftp://example.com"}'),
       ('{"resourceLink": "data:text/html,x"}'), ('{"resourceLink": "https://example.com/a b"}'),
       ('{"resourceName": 5}'), ('{"resourceName": {}}'),
       ('{"reenrollOutcomes": []}'), ('{"reenrollOutcomes": "completed"}'), ('{"reenrollOutcomes": ["won"]}'),
       ('{"reenrollOutcomes": [null]}'), ('{"reenrollOutcomes": {"completed": 1}}'), ('{"reenrollOutcomes": [["completed"]]}'),
       ('{"reenrollAfterDays": -1}'), ('{"reenrollAfterDays": 1.5}'), ('{"reenrollAfterDays": 36501}'),
       ('{"reenrollAfterDays": "7"}'), ('{"reenrollAfterDays": 1e300}'), ('{"reenrollAfterDays": true}'),
       ('{"id": "00000000-0000-0000-0000-000000000042"}'), ('{"clientId": null}'), ('{"statistics": {}}'), ('{"colour": "red"}'),
       ('{"": 1}'), ('{"messageTemplate": "Hi"}'), ('{"Name": "A"}'), ('{"message_count": 3}'),
       ('{"form_id": "a", "formId": "a"}')) as r (patch);

-- kept or changed
select is(pg_temp.stored(k.patch::jsonb, k.column_name), k.value, 'stored: ' || left(k.patch, 80))
  from (values
       ('{"name": "A & B <3"}', 'name', 'A & B <3'), ('{"name": " <b>Bold</b>\tmove "}', 'name', 'Bold move'),
       ('{"name": "' || repeat('é', 256) || '"}', 'name', repeat('é', 255)), ('{"name": "a\u202eb\u0007c"}', 'name', 'abc'),
       ('{"formId": "' || repeat('x', 255) || '"}', 'form_id', repeat('x', 255)), ('{"formId": null}', 'form_id', null),
       ('{"form_id": "Kajabi 7"}', 'form_id', 'Kajabi 7'),
       ('{"webinarDatetime": "2020-05-04T18:00:00.123456Z"}', 'webinar_datetime', '2020-05-04T18:00:00.123456+00:00'),
       ('{"webinarDatetime": "2031-05-04T18:00+05:30"}', 'webinar_datetime', '2031-05-04T12:30:00+00:00'),
       ('{"webinarDatetime": null}', 'webinar_datetime', null),
       ('{"zoomLink": "\n https://zoom.us/j/1?pwd=x#y "}', 'zoom_link', 'https://zoom.us/j/1?pwd=x#y'), ('{"zoomLink": null}', 'zoom_link', null),
       ('{"resource_link": "HTTP://example.com"}', 'resource_link', 'HTTP://example.com'),
       ('{"resourceName": "  "}', 'resource_name', null), ('{"resourceName": null}', 'resource_name', null),
       ('{"resourceName": "' || repeat('x', 256) || '"}', 'resource_name', repeat('x', 255)),
       ('{"reenrollOutcomes": ["booked"]}', 'reenroll_outcomes', '["booked"]'), ('{"reenrollOutcomes": null}', 'reenroll_outcomes', null),
       ('{"reenrollAfterDays": 0}', 'reenroll_after_days', '0'), ('{"reenrollAfterDays": 36500.0}', 'reenroll_after_days', '36500'),
       ('{"reenrollAfterDays": null}', 'reenroll_after_days', null),
       ('{"isPaused": true}', 'is_paused', 'true'), ('{"messages": []}', 'messages', '[]')) as k (patch, column_name, value);

-- all of them, and none of the values
select is(pg_temp.problems('{"name": "", "zoomLink": "javascript:alert(1)", "colour": "red"}'),
          array['colour is not known, or cannot be set', 'name must be text, and not blank',
                'zoomLink must be an http or https URL with a host, without user info, control characters or white space, of at most 2,048 characters, or null'],
          'every problem is named');
select is(pg_temp.problems(jsonb_build_object('messages', make_messages(1) || make_messages(1))),
          array['messages must be a sequence, but message 2 has step 1; steps are 1 to n in order'], 'messages say where');
select throws_ok($$select drip.create_campaign(the_client(), '{"formId": " f", "isPaused": 1}')$$, 'DR016',
                 'this is no campaign: formId must be plain text of 1 to 255 characters, without tags, control characters or needless white space, or null; isPaused must be true or false; name is needed',
                 'as does the error');
select results_eq($$select p.field, p.problem from drip_internal.find_campaign_problems(the_client(), null, '[]') as p$$,
                  $$values ('', 'must be an object')$$, 'an array is no campaign');
select results_eq($$select p.field, p.problem from drip_internal.find_campaign_problems(the_client(), null, null) as p$$,
                  $$values ('', 'must be an object')$$, 'nor is null');
select throws_ok($$select drip.create_campaign(the_client(), null)$$, 'DR016', 'this is no campaign: must be an object', 'nor for the error');
select is(sqlstate_of($$select drip_internal.find_campaign_problems(the_client(), the_client(), '{}')$$), 'DR002', 'an unknown campaign is refused');
select is(sqlstate_of($$select drip_internal.find_campaign_problems(gen_random_uuid(), null, '{}')$$), 'DR001', 'so is an unknown client');

select * from finish();
rollback;
