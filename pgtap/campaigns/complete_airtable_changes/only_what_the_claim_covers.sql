-- Completing removes a campaign's changes up to its claim; part of a claim may go first; a lost claim completes nothing.
begin;
select plan(8);

-- given
select start_empty();
delete from drip.airtable_outbox;
select make_client();
select make_campaign('A');
select make_campaign('B');
update drip.campaigns as c set name = 'A 2' where c.id = the_campaign('A');
create temporary table claimed on commit drop as select * from drip.claim_airtable_changes();
update drip.campaigns as c set name = 'A 3' where c.id = the_campaign('A');
create function pg_temp.the_claim() returns uuid language sql as $$select min(c.claim_id::text)::uuid from claimed as c$$;
create function pg_temp.waiting(name text) returns bigint language sql as
$$select count(*) from drip.airtable_outbox as o where o.campaign_id = the_campaign(name)$$;

-- then
select is(drip.complete_airtable_changes(pg_temp.the_claim(), array[the_campaign('A')]), 1::bigint, 'A arrived');
select is(array[pg_temp.waiting('A'), pg_temp.waiting('B')], array[1::bigint, 1], 'its latest change stays, and B');
select is(drip.complete_airtable_changes(pg_temp.the_claim(), array[the_campaign('A')]), 0::bigint, 'a second time is nothing');
select is(drip.complete_airtable_changes(gen_random_uuid()), 0::bigint, 'nor is a claim that nobody made');
select is(drip.complete_airtable_changes(null), 0::bigint, 'or none');
select is((select count(*) from drip.claim_airtable_changes(p_now => now() + interval '1 hour')), 2::bigint, 'both are claimed by somebody else');
select is(drip.complete_airtable_changes(pg_temp.the_claim()), 0::bigint, 'who came too late completes nothing');
select is(array[pg_temp.waiting('A'), pg_temp.waiting('B')], array[1::bigint, 1], 'and both wait on');

select * from finish();
rollback;
