-- drip_cron runs the sweeps, the fold, the reaper and the purge, and sets their schedules.
begin;
select plan(7);

-- given
select make_client();

-- then
select set_eq(
    $$select p.proname::text from pg_proc as p
       where p.pronamespace = 'drip'::regnamespace and has_function_privilege('drip_cron', p.oid, 'execute')$$,
    $$values ('de_enroll_all_clients'), ('de_enroll_client'), ('fold_campaign_stats'), ('reap_runs'),
             ('start_de_enrollment_run'), ('finish_de_enrollment_run'), ('get_de_enrollment_runs'),
             ('de_enroll_on_schedule'), ('purge'), ('set_schedule'), ('enable_schedule'), ('disable_schedule')$$,
    'twelve public routines');
select set_eq(
    $$select p.proname::text from pg_proc as p
       where p.pronamespace = 'drip_internal'::regnamespace and has_function_privilege('drip_cron', p.oid, 'execute')$$,
    $$values ('close_run'), ('deadline_after'), ('is_past'), ('list_due_batches'), ('list_due_clients'), ('list_session_runs'),
             ('open_client_run'), ('open_due_run'), ('open_fleet_run'), ('release_run_locks'), ('sweep_batch'), ('sweep_client'),
             ('change_schedule'), ('end_turn'), ('find_turn_holder'), ('list_schedules'), ('purge_job_runs'), ('purge_runs'),
             ('sync_job'), ('take_turn'), ('note_installation'), ('purge_age')$$,
    'and what they call with its rights');
select is_empty(
    $$select r.oid::regclass from pg_class as r
       where r.relnamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and r.relkind in ('r', 'v')
         and has_table_privilege('drip_cron', r.oid, 'select, insert, update, delete, truncate')$$,
    'no table');
select is(as_role('drip_cron', 'select drip.fold_campaign_stats()::integer >= 0'), 'true', 'folding works');
select is(as_role('drip_cron', 'select drip.reap_runs() >= 0'), 'true', 'reaping works');
select is(as_role('drip_cron', 'select drip.create_client(''Mallory'')'), '42501', 'creating a client is refused');
select is(as_role('drip_cron', 'select drip.opt_out(the_client(), gen_random_uuid())'), '42501', 'so is opting somebody out');

select * from finish();
rollback;
