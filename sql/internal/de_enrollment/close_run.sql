create or replace function drip_internal.close_run(p_run_id uuid, p_now timestamptz default null)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $close_run$
declare
    v_run     drip.de_enrollment_runs;
    v_status  text;
    v_message text;
begin
    perform drip_internal.attend_run(p_run_id);

    select r.* into v_run from drip.de_enrollment_runs as r where r.id = p_run_id for no key update;
    if not found or v_run.status <> 'running' then
        perform drip_internal.bridge_run(v_run.fleet_run_id);
        return v_run.status;
    end if;

    begin
        if v_run.client_id is null then
            update drip.de_enrollment_runs as r
               set leads_found = s.leads_found,
                   leads_processed = s.leads_processed,
                   leads_completed = s.leads_completed,
                   leads_booked = s.leads_booked,
                   leads_opted_out = s.leads_opted_out,
                   leads_campaign_deleted = s.leads_campaign_deleted,
                   leads_skipped = s.leads_skipped,
                   leads_failed = s.leads_failed,
                   batches = s.batches,
                   failed_batches = s.failed_batches
              from (select coalesce(sum(c.leads_found), 0) as leads_found,
                           coalesce(sum(c.leads_processed), 0) as leads_processed,
                           coalesce(sum(c.leads_completed), 0) as leads_completed,
                           coalesce(sum(c.leads_booked), 0) as leads_booked,
                           coalesce(sum(c.leads_opted_out), 0) as leads_opted_out,
                           coalesce(sum(c.leads_campaign_deleted), 0) as leads_campaign_deleted,
                           coalesce(sum(c.leads_skipped), 0) as leads_skipped,
                           coalesce(sum(c.leads_failed), 0) as leads_failed,
                           coalesce(sum(c.batches), 0) as batches,
                           coalesce(sum(c.failed_batches), 0) as failed_batches
                      from drip.de_enrollment_runs as c
                     where c.fleet_run_id = p_run_id) as s
             where r.id = p_run_id;
        else
            -- Folding late costs nobody anything: the statistics view is exact without it.
            begin
                perform drip.fold_campaign_stats(v_run.client_id);
            exception when assert_failure or others then
                get stacked diagnostics v_message = message_text;
                perform drip_internal.note_run_error(p_run_id, sqlstate, format('statistics not folded: %s', v_message));
            end;
        end if;

        update drip.de_enrollment_runs as r
           set leads_found = greatest(r.leads_found, r.leads_processed + r.leads_failed),
               heartbeat_at = clock_timestamp(),
               finished_at = greatest(r.started_at, coalesce(p_now, clock_timestamp())),
               status = case
                   when r.error_message is null and r.leads_failed = 0
                        and not exists (select from drip.de_enrollment_runs as c
                                         where c.fleet_run_id = r.id and c.status <> 'succeeded') then 'succeeded'
                   when r.leads_processed > 0
                        or exists (select from drip.de_enrollment_runs as c
                                    where c.fleet_run_id = r.id and c.status in ('succeeded', 'partial')) then 'partial'
                   else 'failed'
               end
         where r.id = p_run_id
        returning r.status into v_status;
    exception when assert_failure or others then
        -- The run stays open without its proof of life, so it will be marked as crashed.
        get stacked diagnostics v_message = message_text;
        perform drip_internal.note_run_error(
            v_run.fleet_run_id, sqlstate, format('run %s could not be ended: %s', p_run_id, v_message));
    end;

    -- The fleet run goes on.
    perform drip_internal.bridge_run(v_run.fleet_run_id);
    return v_status;
end
$close_run$;

comment on function drip_internal.close_run(uuid, timestamptz) is
'Ends a run and returns its status: succeeded, partial (something failed, something was done) or failed. A fleet run gets the sums of its clients'' runs; a client''s run folds the statistics. A run that has ended or is gone is left as it is. p_now: when it ended (null: now, by the clock). Security definer: the committing procedures run with their caller''s rights.';
