-- A change of each column that people set, by plain SQL, appends one row; the same value again appends none.
begin;
select plan(34);

-- given
select make_client();
select make_campaign('Welcome');
create temporary table changes (what text, assignment text) on commit drop;
insert into changes (what, assignment) values
    ('name', $$name = 'Hello'$$),
    ('form_id', $$form_id = 'kajabi_1'$$),
    ('campaign_type', $$campaign_type = 'webinar', webinar_datetime = '2099-01-01', zoom_link = 'https://zoom.us/j/1'$$),
    ('messages', $$messages = make_messages(2)$$),
    ('message_template', $$message_template = 'Hi'$$),
    ('is_paused', 'is_paused = true'),
    ('auto_discovered', 'auto_discovered = true'),
    ('webinar_datetime', $$webinar_datetime = '2099-02-02'$$),
    ('webinar_datetime to null', $$campaign_type = 'standard', webinar_datetime = null$$),
    ('zoom_link', $$zoom_link = 'https://zoom.us/j/2'$$),
    ('zoom_link to null', 'zoom_link = null'),
    ('resource_name', $$resource_name = 'Guide'$$),
    ('resource_link', $$resource_link = 'https://example.com/guide'$$),
    ('reenroll_outcomes', $$reenroll_outcomes = array['completed']$$),
    ('reenroll_after_days', 'reenroll_after_days = 30'),
    ('is_active', 'is_active = false');
create function pg_temp.queued_by(assignment text) returns bigint language plpgsql as
$$declare
    v_before bigint := (select count(*) from drip.airtable_outbox as o where o.campaign_id = the_campaign());
begin
    execute format('update drip.campaigns as c set %s where c.id = the_campaign()', assignment);
    return (select count(*) from drip.airtable_outbox as o where o.campaign_id = the_campaign()) - v_before;
end$$;

-- then
select is((select count(*) from drip.airtable_outbox as o where o.campaign_id = the_campaign()), 1::bigint, 'a new campaign is queued');
select is(pg_temp.queued_by(c.assignment), n.expected, format('%s %s', c.what, n.what))
  from changes as c
 cross join (values (1::bigint, 'is queued'), (0, 'again is not')) as n (expected, what);
select results_eq(
    $$select distinct o.client_id, o.deleted_record is null, o.attempts from drip.airtable_outbox as o where o.campaign_id = the_campaign()$$,
    $$select the_client(), true, 0$$, 'each row is the campaign''s');

select * from finish();
rollback;
