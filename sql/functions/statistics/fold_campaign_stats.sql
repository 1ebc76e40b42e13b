create or replace function drip.fold_campaign_stats(p_client_id uuid default null)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $fold_campaign_stats$
declare
    v_campaign_ids uuid[];
    v_folded       bigint;
begin
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;

    -- The campaign's row is the lock of its counters. One that somebody holds is left to the next fold, so a fold waits
    -- for nobody and cannot deadlock.
    v_campaign_ids := array(
        select c.id from drip.campaigns as c
         where (p_client_id is null or c.client_id = p_client_id)
           and exists (select from drip_internal.campaign_stat_deltas as d
                        where d.client_id = c.client_id and d.campaign_id = c.id)
         order by c.id
           for no key update skip locked);

    with folded as (
        delete from drip_internal.campaign_stat_deltas as d
         where (p_client_id is null or d.client_id = p_client_id)
           and (d.campaign_id = any (v_campaign_ids)
                -- left by a lead that changed while its campaign was being deleted
                or not exists (select from drip.campaigns as c
                                where c.client_id = d.client_id and c.id = d.campaign_id))
        returning d.client_id, d.campaign_id, d.counter, d.delta, d.last_enrollment_at
    ), sums as (
        select f.client_id, f.campaign_id,
               coalesce(sum(f.delta) filter (where f.counter = 'active'), 0) as active,
               coalesce(sum(f.delta) filter (where f.counter = 'completed'), 0) as completed,
               coalesce(sum(f.delta) filter (where f.counter = 'opted_out'), 0) as opted_out,
               coalesce(sum(f.delta) filter (where f.counter = 'booked'), 0) as booked,
               coalesce(sum(f.delta) filter (where f.counter = 'abandoned'), 0) as abandoned,
               coalesce(sum(f.delta) filter (where f.counter = 'campaign_deleted'), 0) as campaign_deleted,
               coalesce(sum(f.delta) filter (where f.counter = 'refused_already_enrolled'), 0) as refused_already_enrolled,
               coalesce(sum(f.delta) filter (where f.counter = 'refused_already_completed'), 0) as refused_already_completed,
               coalesce(sum(f.delta) filter (where f.counter = 'refused_opted_out'), 0) as refused_opted_out,
               coalesce(sum(f.delta) filter (where f.counter = 'refused_campaign_inactive'), 0) as refused_campaign_inactive,
               coalesce(sum(f.delta) filter (where f.counter = 'refused_in_another_campaign'), 0) as refused_in_another_campaign,
               max(f.last_enrollment_at) as last_enrollment_at
          from folded as f
         group by f.client_id, f.campaign_id
    ), updated as (
        update drip.campaigns as c
           set active_leads_count = c.active_leads_count + s.active,
               completed_leads_count = c.completed_leads_count + s.completed,
               opted_out_count = c.opted_out_count + s.opted_out,
               booked_count = c.booked_count + s.booked,
               abandoned_count = c.abandoned_count + s.abandoned,
               campaign_deleted_count = c.campaign_deleted_count + s.campaign_deleted,
               refused_already_enrolled_count = c.refused_already_enrolled_count + s.refused_already_enrolled,
               refused_already_completed_count = c.refused_already_completed_count + s.refused_already_completed,
               refused_opted_out_count = c.refused_opted_out_count + s.refused_opted_out,
               refused_campaign_inactive_count = c.refused_campaign_inactive_count + s.refused_campaign_inactive,
               refused_in_another_campaign_count = c.refused_in_another_campaign_count + s.refused_in_another_campaign,
               last_enrollment_at = greatest(c.last_enrollment_at, s.last_enrollment_at)
          from sums as s
         where c.client_id = s.client_id and c.id = s.campaign_id
    )
    select count(*) into v_folded from folded;
    return v_folded;
end
$fold_campaign_stats$;

comment on function drip.fold_campaign_stats(uuid) is
'Folds the ledger into the counters of drip.campaigns, of one client or (null) of all, and returns how many ledger rows it folded. Runs each minute and after each sweep; campaigns that somebody holds locked wait for the next fold. Raises DR001 for an unknown client.';
