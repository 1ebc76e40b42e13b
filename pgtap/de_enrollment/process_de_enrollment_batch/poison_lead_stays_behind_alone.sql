-- A lead whose exit raises an error does not keep the others of its batch.
begin;
select plan(8);

-- given
select make_client();
select make_campaign(steps => 1);
create temporary table made on commit drop as select make_leads(5, at_position => 1) as ids;
select poison((select m.ids[3] from made as m), 'no such gateway', 'XX001');
select make_run();

-- when
select is(process((select m.ids from made as m)), '{"processed": 4, "completed": 4, "failed": 1}',
          'four leave, the one in the middle fails');

-- then
select results_eq(
    $$select l.is_active, jsonb_array_length(l.campaign_history) from drip.leads as l where l.client_id = the_client() order by l.id$$,
    $$values (false, 1), (false, 1), (true, 0), (false, 1), (false, 1)$$,
    'each other has left once, the poisoned one is as it was');
select is(counters(), '{"active": 1, "completed": 4}', 'the counters agree');
select is(run_counts(), '{"processed": 4, "completed": 4, "failed": 1, "batches": 1, "failed_batches": 1}',
          'the run counts one failed lead and one failed batch');
select results_eq(
    $$select e.lead_id, e.run_id, e.sqlstate, e.message, e.attempts, e.resolved_at
        from drip.de_enrollment_errors as e where e.client_id = the_client()$$,
    $$select m.ids[3], the_run(), 'XX001', 'no such gateway', 1, null::timestamptz from made as m$$,
    'the error is recorded with SQLSTATE and message');
select is(stuck_reason((select m.ids[3] from made as m)), 'failing', 'the lead is shown as failing');

-- twice
select is(process((select m.ids from made as m)), '{"failed": 1, "skipped": 4}', 'again: it fails, the others are skipped');
select is((select max(jsonb_array_length(l.campaign_history)) from drip.leads as l where l.client_id = the_client()), 1,
          'nobody has two entries');

select * from finish();
rollback;
