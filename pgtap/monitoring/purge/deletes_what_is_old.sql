-- Runs that ended and errors that were resolved longer than 30 days ago go; what is young, running or open stays.
begin;
select plan(11);

-- given
select start_empty();
select make_client();
select make_campaign(steps => 1);
select make_lead('Ann', at_position => 1);
select remember('run', 'old', make_old_run('succeeded', finished_at => now() - interval '31 days'));
select remember('run', 'crashed', make_old_run('crashed', finished_at => now() - interval '40 days'));
select remember('run', 'young', make_old_run('succeeded', finished_at => now() - interval '29 days'));
select remember('run', 'running', make_old_run('running', finished_at => now() - interval '60 days'));
select make_run('fleet', client => null, started_at => now() - interval '40 days');
select drip.finish_de_enrollment_run(the_run('fleet'), now() - interval '39 days');
select make_run('later fleet', client => null, started_at => now() - interval '35 days');
select drip.finish_de_enrollment_run(the_run('later fleet'), now() - interval '34 days');
insert into drip.de_enrollment_errors (client_id, run_id, lead_id, sqlstate, message, failed_at, resolved_at)
values (the_client(), the_run('old'), the_lead(), 'P0001', 'resolved long ago', now() - interval '60 days', now() - interval '31 days'),
       (the_client(), the_run('young'), the_lead(), 'P0001', 'resolved', now() - interval '60 days', now() - interval '29 days'),
       (the_client(), the_run('old'), the_lead(), 'P0001', 'open', now() - interval '60 days', null);

-- when
select results_eq('select p.runs, p.errors, p.job_runs from drip.purge() as p', 'values (3::bigint, 1::bigint, null::bigint)',
                  'two runs, a fleet''s run, an error; no pg_cron here');

-- then
select set_eq('select r.id from drip.de_enrollment_runs as r',
              $$values (the_run('young')), (the_run('running')), (the_run('later fleet'))$$,
              'the young, the running and the last good fleet run are left');
select set_eq('select e.message from drip.de_enrollment_errors as e', $$values ('resolved'), ('open')$$, 'errors that are open stay');
select is((select e.run_id from drip.de_enrollment_errors as e where e.message = 'open'), null, 'though the run is gone that met it');

-- twice
select results_eq('select p.runs, p.errors from drip.purge() as p', 'values (0::bigint, 0::bigint)', 'again: nothing');

-- other ages
select results_eq($$select p.runs, p.errors from drip.purge('28 days') as p$$, 'values (0::bigint, 1::bigint)',
                  'younger than that: an error; the last good run stays');
select make_old_run('succeeded', finished_at => now() - interval '5 days');
select set_config('drip.purge_after', '90 days', true);
select results_eq('select p.runs from drip.purge() as p', 'values (0::bigint)', 'the setting makes it 90 days');
select results_eq($$select p.runs from drip.purge('28 days') as p$$, 'values (1::bigint)', 'the argument is stronger');
select set_config('drip.purge_after', '', true);
select results_eq($$select p.runs from drip.purge(p_now => now() + interval '60 days') as p$$, 'values (0::bigint)',
                  'p_now is the moment to count from; the last good run stays all the same');
select is((select count(*)::integer from drip.de_enrollment_runs as r where r.finished_at is null), 1, 'and the running one');
select is(as_role('drip_cron', $$select p.runs from drip.purge() as p$$), '0', 'who runs the schedules may purge');

select * from finish();
rollback;
