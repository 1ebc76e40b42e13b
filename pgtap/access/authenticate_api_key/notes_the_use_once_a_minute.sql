-- last_used_at is written at most once a minute, whatever the number of requests.
begin;
select plan(6);

-- given
create temporary table made on commit drop as select m.id, m.key from drip.create_api_key(p_now => '2031-05-04T00:00Z') as m;
create function pg_temp.use_it(at timestamptz) returns bigint language sql as
$$select count(*) from drip.authenticate_api_key((select sha256(convert_to(m.key, 'UTF8')) from made as m), at)$$;
create function pg_temp.last_used() returns timestamptz language sql as
$$select k.last_used_at from drip_internal.api_keys as k join made as m on m.id = k.id$$;

-- then
select is(pg_temp.last_used(), null, 'never used');
select is(pg_temp.use_it('2031-05-04T12:00:10Z') + pg_temp.use_it('2031-05-04T12:00:20Z') + pg_temp.use_it('2031-05-04T12:01:09.999Z'), 3::bigint, 'used three times');
select is(pg_temp.last_used(), '2031-05-04T12:00:10Z', 'the first was noted, within the minute no other');
select is(pg_temp.use_it('2031-05-04T12:01:10Z'), 1::bigint, 'used a minute later');
select is(pg_temp.last_used(), '2031-05-04T12:01:10Z', 'noted again');
select is((select l.last_used_at from drip.list_api_keys() as l join made as m on m.id = l.id), '2031-05-04T12:01:10Z', 'and listed');

select * from finish();
rollback;
