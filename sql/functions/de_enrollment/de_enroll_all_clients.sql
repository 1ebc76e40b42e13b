create or replace procedure drip.de_enroll_all_clients(
    p_batch_size   integer default 1000,
    p_time_budget  interval default null,
    p_now          timestamptz default null,
    inout p_run_id uuid default null
)
language plpgsql
as $de_enroll_all_clients$
declare
    v_deadline      timestamptz;
    v_client        record;
    v_client_run_id uuid;
begin
    -- First of all: within somebody's transaction this fails, before anything is done or locked.
    commit;
    set transaction isolation level read committed;
    v_deadline := drip_internal.deadline_after(p_time_budget);
    p_run_id := drip_internal.open_fleet_run(p_batch_size, coalesce(p_now, pg_catalog.now()));
    commit;
    set transaction isolation level read committed;
    for v_client in
        select d.client_id from drip_internal.list_due_clients(p_run_id, coalesce(p_now, pg_catalog.now())) as d
    loop
        v_client_run_id := drip_internal.open_client_run(
            v_client.client_id, p_batch_size, p_run_id, coalesce(p_now, pg_catalog.now()));
        commit;
        set transaction isolation level read committed;
        if v_client_run_id is not null then
            call drip_internal.sweep_client(v_client_run_id, p_batch_size, p_now, v_deadline);
        end if;
        exit when drip_internal.is_past(v_deadline);
    end loop;
    perform drip_internal.close_run(p_run_id, p_now);
    commit;
    set transaction isolation level read committed;
    -- Of runs that somebody deleted under way.
    perform drip_internal.release_run_locks();
end
$de_enroll_all_clients$;

comment on procedure drip.de_enroll_all_clients(integer, interval, timestamptz, uuid) is
'The fleet sweep, for the schedule: drip.de_enroll_client for every client that has somebody due, one after the other; one client''s failure does not stop the next. Writes one run for itself (client_id null), whose id comes back in p_run_id, and one per client. p_batch_size: leads per transaction, 1 to 10,000. p_time_budget: stop early when used up. p_now: the moment to record (default: each batch''s own). Must be the only statement of its transaction. Raises DR005 for a batch size out of range, DR012 for a time budget that is not positive or a p_now that is no point in time.';
