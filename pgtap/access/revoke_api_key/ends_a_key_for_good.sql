-- Revoked once, at p_now; the second time there is nothing to do.
begin;
select plan(6);

-- given
create temporary table made on commit drop as select m.id from drip.create_api_key() as m;

-- then
select is((select drip.revoke_api_key(m.id, '2031-05-04T12:00Z') from made as m), true, 'the first time');
select is((select drip.revoke_api_key(m.id, '2031-05-05T12:00Z') from made as m), false, 'the second time');
select is((select k.revoked_at from drip_internal.api_keys as k join made as m on m.id = k.id), '2031-05-04T12:00Z', 'the moment stays');
select throws_ok($$select drip.revoke_api_key('00000000-0000-0000-0000-000000000042')$$, 'DR017', 'key 00000000-0000-0000-0000-000000000042 is not known', 'an unknown key');
select is(sqlstate_of('select drip.revoke_api_key(null)'), 'DR017', 'none');
select is((select sqlstate_of(format('select drip.revoke_api_key(%L, null)', m.id)) from made as m), 'DR012', 'no moment');

select * from finish();
rollback;
