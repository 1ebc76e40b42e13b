-- A deferred constraint would fail at COMMIT and take the batch with it: it is checked inside, lead by lead.
begin;
select plan(5);

-- given
select make_client();
select make_campaign(steps => 1);
create temporary table made on commit drop as select make_leads(3, at_position => 1) as ids;
select poison((select m.ids[2] from made as m), 'refused at the end', '23514', deferred => true);
select make_run();

-- when
select is(process((select m.ids from made as m)), '{"processed": 2, "completed": 2, "failed": 1}', 'two leave, one fails');

-- then
select lives_ok('set constraints all immediate', 'nothing is left to fail at COMMIT');
select results_eq(
    $$select l.is_active from drip.leads as l where l.client_id = the_client() order by l.id$$,
    $$values (false), (true), (false)$$,
    'the culprit alone stays');
select results_eq(
    $$select e.sqlstate, e.message from drip.de_enrollment_errors as e where e.client_id = the_client()$$,
    $$values ('23514', 'refused at the end')$$,
    'with its error');
select is(counters(), '{"active": 1, "completed": 2}', 'the counters agree');

select * from finish();
rollback;
