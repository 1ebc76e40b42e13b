-- A key comes back once; what is stored is its SHA-256.
begin;
select plan(9);

-- given
select make_client();
create temporary table made on commit drop as
select m.id, m.key from drip.create_api_key(the_client(), array['webhook', 'leads', 'webhook'], '2032-01-01T00:00Z', ' <b>Kajabi</b> ', '2031-05-04T12:00Z') as m;

-- then
select matches((select m.key from made as m), '^drip_[0-9a-f]{10}_[0-9A-Za-z_-]{43}$', 'prefix and 256 bits');
select results_eq(
    $$select k.client_id, k.chain_id, k.prefix, k.key_sha256, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
        from drip_internal.api_keys as k join made as m on m.id = k.id$$,
    $$select the_client(), m.id, split_part(m.key, '_', 2), sha256(convert_to(m.key, 'UTF8')), 'Kajabi', array['leads', 'webhook'],
             '2031-05-04T12:00Z'::timestamptz, '2032-01-01T00:00Z'::timestamptz, null::timestamptz, null::timestamptz from made as m$$,
    'its hash is stored, with what it may do');
select is_empty($$select k.id from drip_internal.api_keys as k join made as m on strpos(to_jsonb(k)::text, right(m.key, 43)) > 0$$,
                'the secret is nowhere');
select is_empty($$select l.id from drip.list_api_keys() as l join made as m on strpos(to_jsonb(l)::text, encode(sha256(convert_to(m.key, 'UTF8')), 'hex')) > 0$$,
                'and its hash is not listed');
select results_eq(
    $$select k.client_id, k.scopes, k.expires_at, k.name from drip_internal.api_keys as k where k.id = (select m.id from drip.create_api_key() as m)$$,
    $$select null::uuid, array[]::text[], null::timestamptz, null::text where false$$, 'a statement does not see the key that it makes');
select results_eq(
    $$select k.client_id, k.scopes, k.expires_at, k.name from drip_internal.api_keys as k where k.id not in (select m.id from made as m)$$,
    $$values (null::uuid, array['admin'], null::timestamptz, null::text)$$, 'without arguments: everything, for all clients, without an end');
select is((select count(distinct m.key) from generate_series(1, 200) as n cross join lateral drip.create_api_key(p_name => n::text) as m), 200::bigint, 'no two keys are alike');
select is((select count(distinct right(m.key, 43)) from generate_series(1, 200) as n cross join lateral drip.create_api_key(p_name => n::text) as m), 200::bigint,
          'nor two secrets');
select cmp_ok((select count(*)::integer
                 from (select distinct substr(right(m.key, 43), p.place, 1) || p.place as seen
                         from generate_series(1, 300) as n cross join lateral drip.create_api_key(p_name => n::text) as m
                        cross join generate_series(1, 42) as p (place)) as s), '>', 42 * 60,
              'every character of it varies over the whole alphabet');

select * from finish();
rollback;
