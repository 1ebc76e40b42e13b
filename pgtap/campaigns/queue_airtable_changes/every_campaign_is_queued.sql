-- Queues all campaigns of a client, or of all, changed or not.
begin;
select plan(5);

-- given
select start_empty();
select make_client('Other');
select make_campaign('Theirs');
select make_client('Acme');
select make_campaign('A');
select make_campaign('B', is_active => false);
delete from drip.airtable_outbox;

-- then
select is(drip.queue_airtable_changes(the_client('Acme')), 2::bigint, 'Acme''s two, the retired one too');
select results_eq($$select a.record ->> 'Name' from drip.claim_airtable_changes() as a order by 1$$, $$values ('A'), ('B')$$, 'which are claimed');
select is(drip.queue_airtable_changes(), 3::bigint, 'all three');
select results_eq($$select a.record ->> 'Name' from drip.claim_airtable_changes() as a$$, $$values ('Theirs')$$, 'of which two are claimed already');
select throws_ok($$select drip.queue_airtable_changes('00000000-0000-0000-0000-000000000042')$$, 'DR001', null, 'an unknown client is refused');

select * from finish();
rollback;
