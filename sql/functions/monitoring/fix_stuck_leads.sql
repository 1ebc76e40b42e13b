create or replace function drip.fix_stuck_leads(
    p_client_id uuid,
    p_dry_run   boolean default false,
    p_now       timestamptz default now()
)
returns table (reason text, outcome text, leads bigint, fixed bigint, advice text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $fix_stuck_leads$
declare
    v_run_id   uuid;
    v_lead_ids uuid[];
    v_before   jsonb;
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.require_client(p_client_id);

    select coalesce(jsonb_agg(to_jsonb(s)), '[]') into v_before
      from (select k.reason, k.outcome, k.advice, array_agg(k.id) as lead_ids
              from drip.stuck_leads as k
             where k.client_id = p_client_id
             group by k.reason, k.outcome, k.advice) as s;

    if not p_dry_run and jsonb_path_exists(v_before, '$[*] ? (@.outcome != null)') then
        -- Whoever calls this has mended the cause, so leads that failed do not pause.
        v_run_id := drip.start_de_enrollment_run(p_client_id, 1000, p_now);
        for v_lead_ids in
            select b.lead_ids
              from drip_internal.list_due_batches(v_run_id, 1000, p_now, p_include_paused => true) as b
        loop
            perform drip.process_de_enrollment_batch(v_run_id, v_lead_ids, p_now);
        end loop;
        perform drip.finish_de_enrollment_run(v_run_id, p_now);
    end if;

    return query
    select b.reason, b.outcome, n.stuck, n.gone, b.advice
      from jsonb_to_recordset(v_before) as b (reason text, outcome text, advice text, lead_ids uuid[])
     cross join lateral (
           select count(*) as stuck, count(*) filter (where not l.is_active) as gone
             from drip.leads as l
            where l.client_id = p_client_id and l.id = any (b.lead_ids)) as n
     order by n.stuck desc, b.reason, b.outcome;
end
$fix_stuck_leads$;

comment on function drip.fix_stuck_leads(uuid, boolean, timestamptz) is
'The report of one client''s stuck leads by reason, and their repair: takes out every lead that has an outcome, failing ones tried again without their pause. p_dry_run: report only. p_now: the moment of exit. leads: how many were stuck; fixed: how many of them left. Raises DR001 for an unknown client, DR012 when p_now is no point in time.';
