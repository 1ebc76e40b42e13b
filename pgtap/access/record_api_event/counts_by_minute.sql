-- One row per minute, kind and path, however many events; strangers cannot fill the table.
begin;
select plan(12);

-- given
delete from drip.api_events;

-- when
select drip.record_api_event('invalid_key', '/api/admin/campaigns', p_now => '2031-05-04T12:00:00Z');
select drip.record_api_event('invalid_key', '/api/admin/campaigns', 5, '2031-05-04T12:00:59.999Z');
select drip.record_api_event('invalid_key', '/api/leads', p_now => '2031-05-04T12:00:30Z');
select drip.record_api_event('forbidden', '/api/leads', p_now => '2031-05-04T12:00:30Z');
select drip.record_api_event('invalid_key', '/api/leads', p_now => '2031-05-04T12:01:00Z');
select drip.record_api_event('rate_limited', p_now => '2031-05-04T12:01:00Z');

-- then
select results_eq(
    'select e.at, e.kind, e.path, e.events from drip.api_events as e order by 1, 2, 3',
    $$values ('2031-05-04T12:00Z'::timestamptz, 'forbidden', '/api/leads', 1::bigint),
             ('2031-05-04T12:00Z', 'invalid_key', '/api/admin/campaigns', 6), ('2031-05-04T12:00Z', 'invalid_key', '/api/leads', 1),
             ('2031-05-04T12:01Z', 'invalid_key', '/api/leads', 1), ('2031-05-04T12:01Z', 'rate_limited', '', 1)$$,
    'counted');

-- paths
select drip.record_api_event('invalid_key', E'/<script>\u202E' || repeat('x', 200), p_now => '2031-05-04T12:02:00Z');
select is((select e.path from drip.api_events as e where e.at = '2031-05-04T12:02:00Z'), '/' || repeat('x', 99), 'a path is plain text of a hundred characters');
select drip.record_api_event('invalid_key', '/' || n, p_now => '2031-05-04T12:03:00Z') from generate_series(1, 500) as n;
select is((select count(*) from drip.api_events as e where e.at = '2031-05-04T12:03:00Z'), 101::bigint, 'a hundred paths a minute, the rest together');
select is((select sum(e.events) from drip.api_events as e where e.at = '2031-05-04T12:03:00Z'), 500::numeric, 'and each event counts');

-- age
select drip.record_api_event('invalid_key', p_now => '2031-08-02T12:00:00Z');
select is((select count(*) from drip.api_events as e where e.at < '2031-08-01T00:00Z'), 107::bigint, 'after ninety days everything is there');
select drip.record_api_event('invalid_key', p_now => '2031-08-02T12:01:00Z');
select is((select count(*) from drip.api_events as e where e.at < '2031-05-04T12:01:00Z'), 0::bigint, 'a minute later the oldest minute is gone');

-- bad arguments
select is(sqlstate_of(format('select drip.record_api_event(%s)', b.arguments)), 'DR012', b.arguments)
  from (values ('null'), ('''other'''), ('''invalid_key'', '''', 0'), ('''invalid_key'', '''', null'), ('''invalid_key'', '''', -1'),
               ('''invalid_key'', p_now => ''infinity''')) as b (arguments);

select * from finish();
rollback;
