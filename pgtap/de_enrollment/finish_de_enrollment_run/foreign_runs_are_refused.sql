-- An unknown run, and one that a procedure drives.
begin;
select plan(4);

-- given
select make_client();
select remember('run', 'procedure''s', make_old_run('running'));
update drip.de_enrollment_runs as r set driver = 'procedure' where r.id = the_run();

-- then
select throws_ok($$select drip.finish_de_enrollment_run('00000000-0000-0000-0000-000000000000')$$,
                 'DR004', 'run 00000000-0000-0000-0000-000000000000 is not known', 'an unknown run');
select throws_ok($$select drip.finish_de_enrollment_run(null)$$, 'DR004', 'run null is not known', 'null');
select throws_ok($$select drip.finish_de_enrollment_run(the_run())$$,
                 'DR010', format('run %s is driven by a procedure, which ends it itself', the_run()), 'a procedure''s run');
select is(run_status(), 'running', 'which goes on');

select * from finish();
rollback;
