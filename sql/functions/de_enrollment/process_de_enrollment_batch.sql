create or replace function drip.process_de_enrollment_batch(
    p_run_id   uuid,
    p_lead_ids uuid[],
    p_now      timestamptz default now()
)
returns table (
    processed        bigint,
    completed        bigint,
    booked           bigint,
    opted_out        bigint,
    campaign_deleted bigint,
    skipped          bigint,
    failed           bigint
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $process_de_enrollment_batch$
declare
    v_run          drip.de_enrollment_runs;
    v_lead_ids     uuid[];
    v_lead_id      uuid;
    v_by_outcome   jsonb;
    v_outcome      text;
    v_batch_failed boolean := false;
    v_message      text;
begin
    perform drip_internal.require_moment(p_now);
    select r.* into v_run from drip.de_enrollment_runs as r where r.id = p_run_id for no key update;
    if not found or v_run.client_id is null then
        raise exception using
            errcode = 'DR004',
            message = format('run %s of a client is not known', coalesce(p_run_id::text, 'null')),
            hint    = 'Open one with drip.start_de_enrollment_run(client_id).';
    elsif v_run.status <> 'running' then
        raise exception using
            errcode = 'DR010',
            message = format('run %s has ended (%s)', p_run_id, v_run.status),
            hint    = 'Open another with drip.start_de_enrollment_run(client_id).';
    end if;

    v_lead_ids := array(select distinct u.id from unnest(p_lead_ids) as u (id) where u.id is not null order by u.id);
    failed := 0;
    begin
        select coalesce(jsonb_object_agg(x.outcome, x.leads), '{}') into v_by_outcome
          from drip_internal.exit_leads(v_run.client_id, v_lead_ids, p_now => p_now) as x;
        perform drip_internal.check_deferred_constraints();
    exception when assert_failure or others then
        -- Some lead is poison. One by one, each in its own subtransaction: it alone stays behind.
        v_batch_failed := true;
        v_by_outcome := '{}';
        foreach v_lead_id in array v_lead_ids loop
            begin
                select x.outcome into v_outcome
                  from drip_internal.exit_leads(v_run.client_id, array[v_lead_id], p_now => p_now) as x;
                perform drip_internal.check_deferred_constraints();
                if v_outcome is not null then
                    v_by_outcome := v_by_outcome || jsonb_build_object(
                        v_outcome, coalesce((v_by_outcome ->> v_outcome)::bigint, 0) + 1);
                end if;
            exception when assert_failure or others then
                get stacked diagnostics v_message = message_text;
                -- Not recorded: somebody deleted the lead meanwhile, so it is skipped.
                if drip_internal.record_lead_error(
                       v_run.client_id, p_run_id, v_lead_id, sqlstate, v_message, p_now) then
                    failed := failed + 1;
                end if;
            end;
        end loop;
    end;

    completed := coalesce((v_by_outcome ->> 'completed')::bigint, 0);
    booked := coalesce((v_by_outcome ->> 'booked')::bigint, 0);
    opted_out := coalesce((v_by_outcome ->> 'opted_out')::bigint, 0);
    campaign_deleted := coalesce((v_by_outcome ->> 'campaign_deleted')::bigint, 0);
    processed := completed + booked + opted_out + campaign_deleted;
    skipped := cardinality(v_lead_ids) - processed - failed;

    update drip.de_enrollment_runs as r
       set leads_processed = r.leads_processed + processed,
           leads_completed = r.leads_completed + completed,
           leads_booked = r.leads_booked + booked,
           leads_opted_out = r.leads_opted_out + opted_out,
           leads_campaign_deleted = r.leads_campaign_deleted + campaign_deleted,
           leads_skipped = r.leads_skipped + skipped,
           leads_failed = r.leads_failed + failed,
           batches = r.batches + 1,
           failed_batches = r.failed_batches + v_batch_failed::integer,
           last_processed_id = coalesce(v_lead_ids[cardinality(v_lead_ids)], r.last_processed_id),
           heartbeat_at = clock_timestamp()
     where r.id = p_run_id;
    return next;
end
$process_de_enrollment_batch$;

comment on function drip.process_de_enrollment_batch(uuid, uuid[], timestamptz) is
'Takes these leads of the run''s client out of their campaigns and counts it in the run, in the caller''s transaction. Each lead is locked and judged again: one that is no longer due, is locked by somebody else, or belongs to another client is skipped. When a lead raises an error the batch is retried lead by lead; the culprit is recorded in drip.de_enrollment_errors and counted as failed. p_now: the moment of exit. Returns one row of counts. Raises DR004 for an unknown run or a fleet run, DR010 for a run that has ended, DR012 when p_now is no point in time.';
