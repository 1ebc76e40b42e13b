create or replace procedure drip_internal.sweep_client(
    p_run_id     uuid,
    p_batch_size integer,
    p_now        timestamptz,
    p_deadline   timestamptz
)
language plpgsql
as $sweep_client$
declare
    v_batch    record;
    v_has_time boolean := true;
begin
    -- The second pass starts over: it takes what the first found locked by somebody else.
    for v_pass in 1 .. 2 loop
        for v_batch in
            select b.lead_ids
              from drip_internal.list_due_batches(p_run_id, p_batch_size, coalesce(p_now, pg_catalog.now())) as b
        loop
            v_has_time := drip_internal.sweep_batch(p_run_id, v_batch.lead_ids, p_now, p_deadline);
            commit;
            set transaction isolation level read committed;
            exit when not v_has_time;
        end loop;
        exit when not v_has_time;
    end loop;
    perform drip_internal.close_run(p_run_id, p_now);
    commit;
    set transaction isolation level read committed;
end
$sweep_client$;

comment on procedure drip_internal.sweep_client(uuid, integer, timestamptz, timestamptz) is
'Drives an open run to its end, a COMMIT per batch. Commits, so it has no SET clause and is no security definer: what it calls is.';
