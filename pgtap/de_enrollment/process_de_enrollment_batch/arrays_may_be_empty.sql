-- Null, an empty array and nulls in it are nothing to do.
begin;
select plan(8);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run();

-- then
select is(process(null), '{}', 'null: all counts are 0');
select is(process('{}'), '{}', 'an empty array: all counts are 0');
select is(process(array[null, null]::uuid[]), '{}', 'nulls are not ids, so they are not skipped leads');
select is(run_counts(), '{"batches": 3}', 'three batches in which nothing happened');
select is((select r.last_processed_id from drip.de_enrollment_runs as r where r.id = the_run()), null, 'no lead was last');
select is(process(array[null, the_lead(), null]), '{"processed": 1, "completed": 1}', 'a null beside a lead does no harm');
select is(process(null), '{}', 'null again');
select is((select r.last_processed_id from drip.de_enrollment_runs as r where r.id = the_run()), the_lead(),
          'an empty batch leaves last_processed_id');

select * from finish();
rollback;
