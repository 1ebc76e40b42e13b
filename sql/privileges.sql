-- Ownership, grants and row level security. Always the last step of a deploy that changes something; idempotent.

do $take_ownership$
declare
    v_object record;
begin
    for v_object in
        select format('schema %I', n.nspname) as name
          from pg_namespace as n
         where n.nspname in ('drip', 'drip_internal') and n.nspowner <> to_regrole('drip_owner')
         union all
        select format('%s %I.%I', case r.relkind when 'v' then 'view' else 'table' end, n.nspname, r.relname)
          from pg_class as r
          join pg_namespace as n on n.oid = r.relnamespace
         where n.nspname in ('drip', 'drip_internal') and r.relkind in ('r', 'v')
           and r.relowner <> to_regrole('drip_owner')
         union all
        select format('routine %s', p.oid::regprocedure)
          from pg_proc as p
          join pg_namespace as n on n.oid = p.pronamespace
         where n.nspname in ('drip', 'drip_internal') and p.proowner <> to_regrole('drip_owner')
    loop
        execute format('alter %s owner to drip_owner', v_object.name);
    end loop;
end
$take_ownership$;

revoke all on schema drip, drip_internal from public;
revoke all on all routines in schema drip, drip_internal from public;
revoke all on all tables in schema drip, drip_internal from public;
-- Exactly what follows, whatever somebody granted to these meanwhile.
revoke all on schema drip, drip_internal from drip_api, drip_cron, drip_readonly;
revoke all on all routines in schema drip, drip_internal from drip_api, drip_cron, drip_readonly;
revoke all on all tables in schema drip, drip_internal from drip_api, drip_cron, drip_readonly;
-- Works only without IN SCHEMA, since it takes back a default that holds for every schema.
alter default privileges for role drip_owner revoke execute on routines from public;

grant usage on schema drip to drip_api, drip_cron, drip_readonly;

-- drip_api: what a caller may do, by routine; no table.
grant execute on all functions in schema drip to drip_api;
grant execute on all procedures in schema drip to drip_api;

-- drip_cron: what the schedules run.
grant execute on procedure drip.de_enroll_all_clients, drip.de_enroll_client, drip.de_enroll_on_schedule to drip_cron;
grant execute on function drip.fold_campaign_stats, drip.purge, drip.reap_runs, drip.start_de_enrollment_run,
    drip.finish_de_enrollment_run, drip.get_de_enrollment_runs, drip.set_schedule, drip.enable_schedule,
    drip.disable_schedule to drip_cron;

-- What the committing procedures, and pg-drip de-enroll, call with their caller's rights.
grant usage on schema drip_internal to drip_api, drip_cron;
grant execute on procedure drip_internal.sweep_client to drip_api, drip_cron;
grant execute on function
    drip_internal.close_run, drip_internal.deadline_after, drip_internal.is_past, drip_internal.list_due_batches,
    drip_internal.list_due_clients, drip_internal.list_session_runs, drip_internal.open_client_run, drip_internal.open_due_run,
    drip_internal.open_fleet_run, drip_internal.release_run_locks, drip_internal.sweep_batch
    to drip_api, drip_cron;

-- What pg-drip leads import copies into, and then calls.
grant insert on drip_internal.staged_leads to drip_api;
grant execute on function
    drip_internal.discard_staged_leads, drip_internal.drop_duplicate_staged_leads, drip_internal.enroll_staged_leads,
    drip_internal.find_campaign
    to drip_api;

-- What the schedules' routines call with their caller's rights: a pg_cron job belongs to the role that made it.
grant execute on function
    drip_internal.change_schedule, drip_internal.end_turn, drip_internal.find_turn_holder, drip_internal.list_schedules,
    drip_internal.purge_job_runs, drip_internal.purge_runs, drip_internal.sync_job, drip_internal.take_turn
    to drip_api, drip_cron;
-- What pg-drip schedule calls besides, as the role that is to own the jobs.
grant execute on function drip_internal.note_installation, drip_internal.purge_age to drip_cron;

-- What the HTTP door asks when drip.create_campaign() or drip.update_campaign() refuses, to name each field.
grant execute on function drip_internal.find_campaign_problems to drip_api;

-- drip_readonly: the views, and under them (they run with the reader's rights) the tables.
grant usage on schema drip_internal to drip_readonly;
grant select on all tables in schema drip to drip_readonly;
grant select on drip_internal.due_leads, drip_internal.lead_exits, drip_internal.campaign_stat_deltas to drip_readonly;
grant execute on function drip_internal.require_client, drip_internal.list_schedules to drip_readonly;
-- For pg-drip status, verify and history.
grant select on drip_internal.applied_migrations, drip_internal.deployed_objects, drip_internal._yoyo_log,
    drip_internal._yoyo_migration, drip_internal._yoyo_version to drip_readonly;
grant execute on function drip_internal.list_live_objects to drip_readonly;

-- Enabled, not forced: the owner's routines filter by their client argument. Everybody else sees all clients, or the one
-- that drip.client_id names.
do $enable_row_level_security$
declare
    v_table record;
begin
    for v_table in
        select t.name, t.client_column
          from (values
               ('drip.clients', 'id'), ('drip.campaigns', 'client_id'), ('drip.leads', 'client_id'),
               ('drip.de_enrollment_runs', 'client_id'), ('drip.de_enrollment_errors', 'client_id'),
               ('drip.airtable_outbox', 'client_id'),
               ('drip_internal.campaign_stat_deltas', 'client_id'),
               ('drip_internal.api_keys', 'client_id')) as t (name, client_column)
    loop
        execute format('alter table %s enable row level security', v_table.name);
        execute format('drop policy if exists rows_of_the_client on %s', v_table.name);
        execute format(
            $policy$create policy rows_of_the_client on %s using (
                nullif(current_setting('drip.client_id', true), '') is null
                or %I = nullif(current_setting('drip.client_id', true), '')::uuid)$policy$,
            v_table.name, v_table.client_column);
    end loop;
end
$enable_row_level_security$;
