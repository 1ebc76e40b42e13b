-- A run that has ended takes no more batches.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run();
select drip.finish_de_enrollment_run(the_run());

-- then
select throws_ok(
    $$select drip.process_de_enrollment_batch(the_run(), array[the_lead()])$$,
    'DR010', format('run %s has ended (succeeded)', the_run()),
    'a succeeded run is refused');
select is(is_in_campaign(), true, 'the lead stays');
update drip.de_enrollment_runs as r set status = 'crashed' where r.id = the_run();
select throws_ok(
    $$select drip.process_de_enrollment_batch(the_run(), array[the_lead()])$$,
    'DR010', format('run %s has ended (crashed)', the_run()),
    'a crashed run is refused');

select * from finish();
rollback;
