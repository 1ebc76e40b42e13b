create or replace procedure drip.de_enroll_client(
    p_client_id    uuid,
    p_batch_size   integer default 1000,
    p_time_budget  interval default null,
    p_now          timestamptz default null,
    p_fleet_run_id uuid default null,
    inout p_run_id uuid default null
)
language plpgsql
as $de_enroll_client$
declare
    v_deadline timestamptz;
begin
    -- First of all: within somebody's transaction this fails, before anything is done or locked.
    commit;
    set transaction isolation level read committed;
    v_deadline := drip_internal.deadline_after(p_time_budget);
    p_run_id := drip_internal.open_due_run(
        p_client_id, p_batch_size, p_fleet_run_id, coalesce(p_now, pg_catalog.now()));
    commit;
    set transaction isolation level read committed;
    if p_run_id is not null then
        call drip_internal.sweep_client(p_run_id, p_batch_size, p_now, v_deadline);
    end if;
end
$de_enroll_client$;

comment on procedure drip.de_enroll_client(uuid, integer, interval, timestamptz, uuid, uuid) is
'Takes every lead of one client that finished, booked, opted out or lost its campaign out of its campaign, in batches of p_batch_size leads (1 to 10,000), each its own transaction. Stops early when p_time_budget is used up. p_now: the moment to record (default: each batch''s own). p_fleet_run_id: the fleet run that this belongs to. p_run_id comes back as the run in drip.de_enrollment_runs, null when nobody was due. Must be the only statement of its transaction. Raises DR001 for an unknown client, DR004 for a fleet run that is unknown or has ended, DR005 for a batch size out of range, DR012 for a time budget that is not positive or a p_now that is no point in time.';
