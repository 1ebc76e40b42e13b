-- A partial update: what is left out stays, null clears, and what changes nothing writes nothing.
begin;
select plan(12);

-- given
select make_client();
select make_campaign('Before', form_id => 'f1', auto_discovered => true, is_paused => true);
update drip.campaigns as c
   set resource_name = 'Book', resource_link = 'https://example.com/book', reenroll_after_days = 5, updated_at = '2020-01-01T00:00Z'
 where c.id = the_campaign();
alter table drip.campaigns disable trigger campaigns_prepare;
update drip.campaigns as c set updated_at = '2020-01-01T00:00Z' where c.id = the_campaign();
alter table drip.campaigns enable trigger campaigns_prepare;
create temporary table before on commit drop as
select to_jsonb(c) as row from drip.campaigns as c where c.id = the_campaign();
create function pg_temp.changes() returns jsonb language sql as
$$select jsonb_object_agg(n.key, n.value)
    from drip.campaigns as c cross join lateral jsonb_each(to_jsonb(c)) as n
    join before as b on b.row -> n.key <> n.value
   where c.id = the_campaign()$$;

-- when, then
select is(drip.update_campaign(the_client(), the_campaign(), '{}')::jsonb ->> 'name', 'Before', 'an empty patch returns the campaign');
select is(pg_temp.changes(), null, 'and changes nothing');
select is(drip.update_campaign(the_client(), the_campaign(), '{"name": "<b>Before</b>", "isPaused": true, "formId": "f1"}')::jsonb ->> 'name',
          'Before', 'so does one that says what is so');
select is(pg_temp.changes(), null, 'not even updated_at');
select is(drip.update_campaign(the_client(), the_campaign(), '{"isPaused": false, "autoDiscovered": false}')::jsonb ->> 'isPaused',
          'false', 'the returned campaign is the new one');
select is(pg_temp.changes() - 'updated_at', '{"is_paused": false, "auto_discovered": false}', 'and nothing else changed');
select isnt(pg_temp.changes() -> 'updated_at', null, 'but updated_at');

-- and
select lives_ok(
    $$select drip.update_campaign(the_client(), the_campaign(),
        '{"formId": null, "resourceName": null, "resourceLink": null, "reenrollAfterDays": null, "zoomLink": null, "webinarDatetime": null, "reenrollOutcomes": null}')$$,
    'null clears');
select results_eq(
    $$select c.form_id, c.resource_name, c.resource_link, c.reenroll_after_days, c.name, c.message_count
        from drip.campaigns as c where c.id = the_campaign()$$,
    $$values (null::text, null::text, null::text, null::integer, 'Before', 3)$$, 'what is named, and no more');
select is(drip.update_campaign(the_client(), the_campaign(), jsonb_build_object('messages', make_messages(5)))::jsonb -> 'messages',
          make_messages(5), 'messages are replaced as a whole');
select is((select c.message_count from drip.campaigns as c where c.id = the_campaign()), 5, 'and counted');
select is(
    (select jsonb_agg(m.entry order by m.entry) from jsonb_object_keys(drip.update_campaign(the_client(), the_campaign(), '{}')::jsonb) as m (entry)),
    (select jsonb_agg(m.entry order by m.entry) from jsonb_object_keys(drip.describe_campaign(the_client(), the_campaign())::jsonb) as m (entry)),
    'it is the object that describe_campaign returns');

select * from finish();
rollback;
