-- Finishing twice returns what was, and changes nothing.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select poison();
select make_run();
select process(array[the_lead()]);
select is(drip.finish_de_enrollment_run(the_run()), 'failed', 'the run failed');
create temporary table before on commit drop as
select to_jsonb(r) as run from drip.de_enrollment_runs as r where r.id = the_run();

-- when
select is(drip.finish_de_enrollment_run(the_run()), 'failed', 'again: still failed');

-- then
select is((select to_jsonb(r) from drip.de_enrollment_runs as r where r.id = the_run()), (select b.run from before as b),
          'the row is as it was');
update drip.de_enrollment_runs as r set status = 'crashed' where r.id = the_run();
select is(drip.finish_de_enrollment_run(the_run()), 'crashed', 'a run that was marked as crashed stays crashed');

select * from finish();
rollback;
