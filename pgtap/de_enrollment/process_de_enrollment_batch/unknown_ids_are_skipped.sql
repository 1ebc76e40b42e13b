-- Ids that belong to nobody are skipped and counted.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run();

-- then
select is(process(array[gen_random_uuid(), the_lead(), gen_random_uuid()]), '{"processed": 1, "completed": 1, "skipped": 2}',
          'the lead leaves, two unknown ids are skipped');
select is(run_counts(), '{"processed": 1, "completed": 1, "skipped": 2, "batches": 1}', 'the run counts them');
select is_empty('select from drip.de_enrollment_errors as e where e.client_id = the_client()', 'an unknown id is no error');

select * from finish();
rollback;
