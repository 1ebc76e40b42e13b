create or replace function drip_internal.sweep_batch(
    p_run_id   uuid,
    p_lead_ids uuid[],
    p_now      timestamptz,
    p_deadline timestamptz
)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $sweep_batch$
begin
    perform drip_internal.attend_run(p_run_id);
    perform drip.process_de_enrollment_batch(p_run_id, p_lead_ids, coalesce(p_now, now()));
    perform drip_internal.bridge_run(p_run_id);
    return p_deadline is null or clock_timestamp() < p_deadline;
end
$sweep_batch$;

comment on function drip_internal.sweep_batch(uuid, uuid[], timestamptz, timestamptz) is
'One batch of a procedure''s run, to be committed by the caller. p_now null: this transaction''s time. Returns false when p_deadline has passed. Security definer: the committing procedures run with their caller''s rights.';
