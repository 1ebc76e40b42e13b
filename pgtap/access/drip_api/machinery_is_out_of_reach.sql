-- Of drip_internal drip_api may execute what committing procedures, schedules and the import call with its rights, and
-- what the HTTP door asks; nothing else.
begin;
select plan(3);

select set_eq(
    $$select p.proname::text from pg_proc as p
       where p.pronamespace = 'drip_internal'::regnamespace and has_function_privilege('drip_api', p.oid, 'execute')$$,
    $$values ('close_run'), ('deadline_after'), ('is_past'), ('list_due_batches'), ('list_due_clients'), ('list_session_runs'),
             ('open_client_run'), ('open_due_run'), ('open_fleet_run'), ('release_run_locks'), ('sweep_batch'), ('sweep_client'),
             ('change_schedule'), ('end_turn'), ('find_turn_holder'), ('list_schedules'), ('purge_job_runs'), ('purge_runs'),
             ('sync_job'), ('take_turn'),
             ('discard_staged_leads'), ('drop_duplicate_staged_leads'), ('enroll_staged_leads'), ('find_campaign'),
             ('find_campaign_problems')$$,
    'the sweeps'' routines, the schedules'', the import''s and the HTTP door''s');
select is(as_role('drip_api', 'select drip_internal.exit_leads(gen_random_uuid(), ''{}'')'), '42501', 'exit_leads is refused');
select is(as_role('drip_api', 'select drip_internal.repair_campaign_stats()'), '42501', 'so is the repair');

select * from finish();
rollback;
