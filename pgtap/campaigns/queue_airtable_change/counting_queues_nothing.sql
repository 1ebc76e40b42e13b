-- Enrolling, exits, folds, refusals and last_enrollment_at are no changes for Airtable.
begin;
select plan(6);

-- given
select make_client();
select make_campaign('Welcome', steps => 1);
select make_lead('Ann', at_position => 1);
select make_lead('Bob');
delete from drip.airtable_outbox;

-- when
select sweep();
select drip.fold_campaign_stats();
update drip.campaigns as c
   set active_leads_count = 7, completed_leads_count = 7, opted_out_count = 7, booked_count = 7, abandoned_count = 7,
       campaign_deleted_count = 7, refused_opted_out_count = 7, last_enrollment_at = now() + interval '1 day', updated_at = now()
 where c.id = the_campaign();

-- then
select is(folded_counters() ->> 'completed', '7', 'the counters changed');
select is_empty('select from drip.airtable_outbox', 'and nothing was queued');

-- but
update drip.campaigns as c set active_leads_count = 8, is_paused = true where c.id = the_campaign();
select is((select count(*) from drip.airtable_outbox), 1::bigint, 'a change beside a counter is queued');
update drip.campaigns as c set name = c.name where c.id = the_campaign();
select is((select count(*) from drip.airtable_outbox), 1::bigint, 'an update that changes nothing is not');
select has_trigger('drip', 'campaigns', 'campaigns_queue_airtable_update', 'the trigger for updates is there');
select has_trigger('drip', 'campaigns', 'campaigns_queue_airtable_insert_or_delete', 'and the one for the rest');

select * from finish();
rollback;
