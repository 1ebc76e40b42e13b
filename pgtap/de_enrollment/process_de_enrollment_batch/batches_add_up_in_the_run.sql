-- A run sums its batches and remembers the last id that it was given.
begin;
select plan(7);

-- given
select make_client();
select make_campaign(steps => 1);
select make_run();
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '1 hour' where r.id = the_run();
create temporary table made on commit drop as select make_leads(5, at_position => 1) as ids;

-- when
select is(process((select m.ids[1:2] from made as m)), '{"processed": 2, "completed": 2}', 'the first two');
select is(process((select m.ids[2:4] from made as m)), '{"processed": 2, "completed": 2, "skipped": 1}', 'two more, one of them again');
select is(process((select m.ids[3:4] from made as m)), '{"skipped": 2}', 'then nobody new');

-- then
select is(run_counts(), '{"processed": 4, "completed": 4, "skipped": 3, "batches": 3}', 'the run has the sums');
select is((select r.last_processed_id from drip.de_enrollment_runs as r where r.id = the_run()), (select m.ids[4] from made as m),
          'the fourth was the last');
select ok((select r.heartbeat_at >= now() from drip.de_enrollment_runs as r where r.id = the_run()),
          'each batch is a sign of life');
select is(run_status(), 'running', 'the run goes on');

select * from finish();
rollback;
