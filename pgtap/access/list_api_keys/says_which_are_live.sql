-- Newest first, with the status at p_now; of one client, or all.
begin;
select plan(4);

-- given
delete from drip_internal.api_keys;
select make_client('Other');
select make_client('Acme');
select drip.create_api_key(the_client(), array['read'], '2031-06-01T00:00Z', 'short', '2031-05-01T00:00Z');
select drip.create_api_key(null, array['admin'], null, 'all', '2031-05-02T00:00Z');
select drip.create_api_key(the_client(), array['leads'], null, 'long', '2031-05-03T00:00Z');
select drip.revoke_api_key(l.id, '2031-05-20T00:00Z') from drip.list_api_keys() as l where l.name = 'all';

-- then
select results_eq($$select l.name, l.client_id, l.scopes, l.status from drip.list_api_keys(null, '2031-06-01T00:00Z') as l$$,
                  $$values ('long', the_client(), array['leads'], 'live'), ('all', null::uuid, array['admin'], 'revoked'),
                           ('short', the_client(), array['read'], 'expired')$$, 'all keys');
select results_eq($$select l.name, l.status from drip.list_api_keys(the_client(), '2031-05-31T23:59Z') as l$$,
                  $$values ('long', 'live'), ('short', 'live')$$, 'a client''s own, and none that is for all');
select is_empty($$select drip.list_api_keys(the_client('Other'))$$, 'another has none');
select is(sqlstate_of('select drip.list_api_keys(gen_random_uuid())'), 'DR001', 'an unknown client is refused');

select * from finish();
rollback;
