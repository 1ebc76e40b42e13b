-- With a client, only that client's; in limits; and what was refused comes alone, after the others.
begin;
select plan(8);

-- given
select start_empty();
delete from drip.airtable_outbox;
select make_client('Other');
select make_campaign('Theirs');
select make_client('Acme');
select make_campaign('A');
select make_campaign('B');
select make_campaign('C');
create function pg_temp.names(client uuid, how_many integer, at timestamptz default now()) returns text[] language sql as
$$select coalesce(array_agg(a.record ->> 'Name'), '{}') from drip.claim_airtable_changes(client, how_many, p_now => at) as a$$;
create function pg_temp.the_claim(name text) returns uuid language sql as
$$select o.claim_id from drip.airtable_outbox as o where o.campaign_id = the_campaign(name) order by o.id limit 1$$;

-- then
select is(pg_temp.names(the_client('Acme'), 2), array['A', 'B'], 'two of Acme''s');
select is(pg_temp.names(null, 10), array['Theirs', 'C'], 'of all clients, what is left');
select is(drip.fail_airtable_changes(pg_temp.the_claim('A'), 'bad', 422), 2::bigint, 'Airtable refuses A and B');
select make_campaign('D');
select is(pg_temp.names(null, 10), array['D'], 'what is new comes first');
select is(pg_temp.names(null, 10), array['A'], 'then one that was refused, alone');
select is(pg_temp.names(null, 10), array['B'], 'then the other');
select is(pg_temp.names(null, 10), '{}'::text[], 'then nothing');
select throws_ok($$select drip.claim_airtable_changes('00000000-0000-0000-0000-000000000042')$$, 'DR001', null, 'an unknown client is refused');

select * from finish();
rollback;
