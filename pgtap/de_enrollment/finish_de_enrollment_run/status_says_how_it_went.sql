-- Succeeded, partial (something failed, something was done) or failed.
begin;
select plan(6);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('poisoned', at_position => 1);
select poison();
select make_lead('Ann', at_position => 1);
select make_lead('Bob', at_position => 1);

-- then
select make_run('nothing to do');
select is(drip.finish_de_enrollment_run(the_run()), 'succeeded', 'nothing to do: succeeded');
select make_run('all well');
select process(array[the_lead('Ann')]);
select is(drip.finish_de_enrollment_run(the_run()), 'succeeded', 'one left: succeeded');
select make_run('only skipped');
select process(array[the_lead('Ann')]);
select is(drip.finish_de_enrollment_run(the_run()), 'succeeded', 'one skipped: succeeded');
select make_run('mixed');
select process(array[the_lead('poisoned'), the_lead('Bob')]);
select is(drip.finish_de_enrollment_run(the_run()), 'partial', 'one left, one failed: partial');
select make_run('bad');
select process(array[the_lead('poisoned')]);
select is(drip.finish_de_enrollment_run(the_run()), 'failed', 'one failed: failed');
select results_eq(
    $$select r.status, r.finished_at is not null, r.leads_found
        from drip.de_enrollment_runs as r where r.client_id = the_client() order by r.lock_id$$,
    $$values ('succeeded', true, 0::bigint), ('succeeded', true, 1), ('succeeded', true, 0), ('partial', true, 2), ('failed', true, 1)$$,
    'each row has its status, when it ended and how many it found');

select * from finish();
rollback;
