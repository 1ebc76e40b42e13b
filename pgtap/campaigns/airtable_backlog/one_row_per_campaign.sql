-- A row per campaign that waits, with how often and why it was refused; of deleted ones too.
begin;
select plan(2);

-- given
select start_empty();
delete from drip.airtable_outbox;
select make_client();
select make_campaign('A');
select is(drip.fail_airtable_changes((select a.claim_id from drip.claim_airtable_changes() as a), 'bad', 422), 1::bigint, 'A is refused');
update drip.campaigns as c set is_paused = true where c.id = the_campaign('A');
select make_campaign('B');
delete from drip.airtable_outbox as o where o.campaign_id = the_campaign('B');
delete from drip.campaigns as c where c.id = the_campaign('B');

-- then
select results_eq(
    $$select b.campaign_name, b.changes, b.attempts, b.last_error, b.retry_at from drip.airtable_backlog as b where b.client_id = the_client() order by 1$$,
    $$values ('A', 2::bigint, 1, 'bad', now() + interval '1 minute'), ('B', 1, 0, null, null)$$, 'two rows');

select * from finish();
rollback;
