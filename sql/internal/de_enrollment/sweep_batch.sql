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
declare
    v_goes_on boolean := true;
    v_message text;
begin
    perform drip_internal.attend_run(p_run_id);
    begin
        perform drip.process_de_enrollment_batch(p_run_id, p_lead_ids, coalesce(p_now, now()));
    exception when assert_failure or others then
        -- The client may have been deleted meanwhile, and its run with it: its sweep ends, the fleet's goes on.
        get stacked diagnostics v_message = message_text;
        perform drip_internal.note_run_error(p_run_id, sqlstate, v_message);
        v_goes_on := false;
    end;
    perform drip_internal.bridge_run(p_run_id);
    return v_goes_on and not drip_internal.is_past(p_deadline);
end
$sweep_batch$;

comment on function drip_internal.sweep_batch(uuid, uuid[], timestamptz, timestamptz) is
'One batch of a procedure''s run, to be committed by the caller. p_now null: this transaction''s time. Returns false when p_deadline has passed, or an error that is no single lead''s ended the run''s work. Security definer: the committing procedures run with their caller''s rights.';
