-- However often a campaign changed, a claim has it once, as it is now; while it is claimed, nobody else gets it.
begin;
select plan(9);

-- given
select make_client();
select make_campaign('A');
select make_campaign('B');
update drip.campaigns as c set name = 'B 2' where c.id = the_campaign('B');
update drip.campaigns as c set name = 'B 3', is_paused = true where c.id = the_campaign('B');
delete from drip.airtable_outbox as o where o.client_id <> the_client();

-- when
create temporary table claimed on commit drop as select * from drip.claim_airtable_changes(p_limit => 10);

-- then
select results_eq($$select c.campaign_id, c.record ->> 'Name', c.record -> 'Paused', c.attempts from claimed as c$$,
                  $$values (the_campaign('A'), 'A', 'false'::jsonb, 0), (the_campaign('B'), 'B 3', 'true'::jsonb, 0)$$,
                  'each campaign once, oldest change first, as it is now');
select is((select count(distinct c.claim_id) from claimed as c), 1::bigint, 'under one claim');
select is_empty('select from drip.claim_airtable_changes()', 'nobody else gets them');

-- and when B changes meanwhile
update drip.campaigns as c set name = 'B 4' where c.id = the_campaign('B');
select is_empty('select from drip.claim_airtable_changes()', 'its new state waits until the old one has arrived');
select is(drip.complete_airtable_changes((select min(c.claim_id::text)::uuid from claimed as c)), 2::bigint, 'two campaigns arrive');
select results_eq($$select a.campaign_id, a.record ->> 'Name' from drip.claim_airtable_changes() as a$$,
                  $$values (the_campaign('B'), 'B 4')$$, 'then it is B''s turn again, and only B''s');

-- and when the lease passes
select is_empty($$select from drip.claim_airtable_changes(p_now => now() + interval '4 minutes 59 seconds')$$, 'not before the end of the lease');
select is((select count(*) from drip.claim_airtable_changes(p_now => now() + interval '5 minutes')), 1::bigint, 'it can be claimed again');
select is((select count(*) from drip.airtable_outbox as o where o.campaign_id = the_campaign('B')), 1::bigint, 'of its row nothing is lost');

select * from finish();
rollback;
