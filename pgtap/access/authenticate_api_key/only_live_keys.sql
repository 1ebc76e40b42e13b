-- A row for a live key; none for one that is unknown, revoked or expired.
begin;
select plan(12);

-- given
select make_client();
create function pg_temp.hash(key text) returns bytea language sql as $$select sha256(convert_to(key, 'UTF8'))$$;
create temporary table made on commit drop as
select 'client' as name, m.id, m.key from drip.create_api_key(the_client(), array['leads'], '2031-05-05T00:00Z', 'n8n', '2031-05-04T00:00Z') as m;
insert into made select 'all', m.id, m.key from drip.create_api_key(p_now => '2031-05-04T00:00Z') as m;
create function pg_temp.key(name text) returns text language sql as $$select m.key from made as m where m.name = $1$$;

-- then
select results_eq(
    $$select a.id, a.client_id, a.scopes, a.prefix, a.name, a.expires_at from drip.authenticate_api_key(pg_temp.hash(pg_temp.key('client')), '2031-05-04T12:00Z') as a$$,
    $$select m.id, the_client(), array['leads'], split_part(m.key, '_', 2), 'n8n', '2031-05-05T00:00Z'::timestamptz from made as m where m.name = 'client'$$,
    'a client''s key says whose it is');
select is((select a.client_id from drip.authenticate_api_key(pg_temp.hash(pg_temp.key('all')), '2031-05-04T12:00Z') as a), null, 'a key for all names no client');
select is_empty($$select drip.authenticate_api_key(pg_temp.hash(pg_temp.key('client')), '2031-05-05T00:00Z')$$, 'at its end it is no key any more');
select isnt_empty($$select drip.authenticate_api_key(pg_temp.hash(pg_temp.key('client')), '2031-05-04T23:59:59Z')$$, 'a second before it is');
select is_empty($$select drip.authenticate_api_key(pg_temp.hash('drip_0000000000_' || repeat('x', 43)))$$, 'an unknown key');
select is_empty($$select drip.authenticate_api_key(pg_temp.hash(''))$$, 'an empty one');
select is_empty('select drip.authenticate_api_key(null)', 'none at all');
select is_empty($$select drip.authenticate_api_key(convert_to(pg_temp.key('all'), 'UTF8'))$$, 'the key itself is no hash');
select drip.revoke_api_key((select m.id from made as m where m.name = 'all'), '2031-05-04T12:00Z');
select is_empty($$select drip.authenticate_api_key(pg_temp.hash(pg_temp.key('all')), '2031-05-04T12:00:01Z')$$, 'a revoked key');
select is(sqlstate_of($$select drip.authenticate_api_key('', 'infinity')$$), 'DR012', 'a moment that is none is refused');
select is(sqlstate_of($$delete from drip.clients as c where c.id = the_client()$$), null, 'a client can be deleted');
delete from drip.clients as c where c.id = the_client();
select is_empty($$select drip.authenticate_api_key(pg_temp.hash(pg_temp.key('client')), '2031-05-04T12:00Z')$$, 'and its keys are gone with it');

select * from finish();
rollback;
