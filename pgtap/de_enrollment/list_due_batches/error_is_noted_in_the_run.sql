-- A search that fails ends the list and is noted, so a fleet goes on with the next client.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run();

-- when
select is_empty('select from drip_internal.list_due_batches(the_run(), 0)', 'a search that fails (batch size 0) lists nothing');

-- then
select is((select r.error_sqlstate from drip.de_enrollment_runs as r where r.id = the_run()), '22012', 'the run has its SQLSTATE');
select isnt((select r.error_message from drip.de_enrollment_runs as r where r.id = the_run()), null, 'and its message');
select is(drip.finish_de_enrollment_run(the_run()), 'failed', 'the run has failed');

select * from finish();
rollback;
