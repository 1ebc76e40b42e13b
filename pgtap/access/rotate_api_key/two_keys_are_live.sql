-- Rotating makes a second key with the same rights; the first lives on for a while; a third has to wait.
begin;
select plan(21);

-- given
select make_client();
create temporary table keys (name text, id uuid, key text) on commit drop;
insert into keys select 'first', m.id, m.key from drip.create_api_key(the_client(), array['leads', 'read'], '2031-06-04T00:00Z', 'n8n', '2031-05-05T00:00Z') as m;
create function pg_temp.id(name text) returns uuid language sql as $$select k.id from keys as k where k.name = $1$$;
create function pg_temp.live(at timestamptz) returns text[] language sql as
$$select array(select k.name from keys as k cross join lateral drip.authenticate_api_key(sha256(convert_to(k.key, 'UTF8')), at) order by k.name)$$;

-- when
insert into keys select 'second', m.id, m.key from drip.rotate_api_key(pg_temp.id('first'), p_now => '2031-05-15T00:00Z') as m;

-- then
select results_eq(
    $$select k.client_id, k.scopes, k.name, k.chain_id, k.created_at, k.expires_at, k.last_used_at from drip_internal.api_keys as k where k.id = pg_temp.id('second')$$,
    $$values (the_client(), array['leads', 'read'], 'n8n', pg_temp.id('first'), '2031-05-15T00:00Z'::timestamptz, '2031-06-14T00:00Z'::timestamptz, null::timestamptz)$$,
    'the same rights, and thirty days again');
select matches((select k.key from keys as k where k.name = 'second'), '^drip_[0-9a-f]{10}_[0-9A-Za-z_-]{43}$', 'another key');
select is((select k.expires_at from drip_internal.api_keys as k where k.id = pg_temp.id('first')), '2031-05-22T00:00Z', 'the old one has a week');
select is(pg_temp.live('2031-05-21T23:59Z'), array['first', 'second'], 'both are live');
select throws_ok($$select drip.rotate_api_key(pg_temp.id('first'), p_now => '2031-05-16T00:00Z')$$, 'DR018',
                 format('key %s is being rotated already: two keys of its chain are live', pg_temp.id('first')), 'the old one makes no third');
select is(sqlstate_of($$select drip.rotate_api_key(pg_temp.id('second'), p_now => '2031-05-16T00:00Z')$$), 'DR018', 'nor does the new one');
select is((select count(*) from drip.list_api_keys(the_client()) as l), 2::bigint, 'there are two');
select is(pg_temp.live('2031-05-22T00:00Z'), array['second'], 'after a week, one');

-- and again
insert into keys select 'third', m.id, m.key from drip.rotate_api_key(pg_temp.id('second'), null, '2031-12-31T00:00Z', '2031-05-23T00:00Z') as m;
select is(pg_temp.live('2031-05-24T00:00Z'), array['second', 'third'], 'then it can be rotated again');
select results_eq($$select k.chain_id, k.expires_at from drip_internal.api_keys as k where k.name = 'n8n' order by k.created_at desc limit 2$$,
                  $$values (pg_temp.id('first'), '2031-12-31T00:00Z'::timestamptz), (pg_temp.id('first'), '2031-06-14T00:00Z'::timestamptz)$$,
                  'with an end of its own; without an overlap the old one keeps its own');
select drip.revoke_api_key(pg_temp.id('second'), '2031-05-24T00:00Z');
select is(pg_temp.live('2031-05-24T00:00Z'), array['third'], 'revoking ends it');
select throws_ok($$select drip.rotate_api_key(pg_temp.id('second'), p_now => '2031-05-25T00:00Z')$$, 'DR018',
                 format('key %s is revoked or has expired', pg_temp.id('second')), 'a revoked key is not rotated');
select is(sqlstate_of($$select drip.rotate_api_key(pg_temp.id('first'), p_now => '2031-05-25T00:00Z')$$), 'DR018', 'nor an expired one');
insert into keys select 'fourth', m.id, m.key from drip.rotate_api_key(pg_temp.id('third'), interval '0', p_now => '2031-05-25T00:00Z') as m;
select is(pg_temp.live('2031-05-25T00:00Z'), array['fourth'], 'without overlap the old one ends at once');

-- a key without an end
insert into keys select 'endless', m.id, m.key from drip.create_api_key(p_now => '2031-05-04T00:00Z') as m;
insert into keys select 'endless too', m.id, m.key from drip.rotate_api_key(pg_temp.id('endless'), null, null, '2031-05-05T00:00Z') as m;
select is((select array_agg(k.expires_at) from drip_internal.api_keys as k where k.chain_id = pg_temp.id('endless')), array[null, null]::timestamptz[],
          'stays without one, as does its successor');

-- bad arguments
select throws_ok($$select drip.rotate_api_key('00000000-0000-0000-0000-000000000042')$$, 'DR017', 'key 00000000-0000-0000-0000-000000000042 is not known', 'an unknown key');
select is(sqlstate_of('select drip.rotate_api_key(null)'), 'DR017', 'none');
select is(sqlstate_of($$select drip.rotate_api_key(pg_temp.id('fourth'), interval '-1 day', p_now => '2031-05-26T00:00Z')$$), 'DR012', 'a negative overlap');
select is(sqlstate_of($$select drip.rotate_api_key(pg_temp.id('fourth'), p_expires_at => '2031-05-26T00:00Z', p_now => '2031-05-26T00:00Z')$$), 'DR012', 'an end that is past');
select is(sqlstate_of($$select drip.rotate_api_key(pg_temp.id('fourth'), p_now => null)$$), 'DR012', 'no moment');
select is(pg_temp.live('2031-05-26T00:00Z'), array['endless', 'endless too', 'fourth'], 'all of which changed nothing');

select * from finish();
rollback;
