create or replace function drip.verify_campaign_stats(p_client_id uuid default null)
returns table (client_id uuid, campaign_id uuid, counter text, recorded bigint, recounted bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $verify_campaign_stats$
begin
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;
    -- One statement, one snapshot: counters, ledger and leads are seen at the same instant.
    return query
    with recount as (
        select l.client_id, l.campaign_link_id::text as campaign_id, 'active' as counter, count(*) as leads
          from drip.leads as l
         where l.is_active and l.campaign_link_id is not null
           and (p_client_id is null or l.client_id = p_client_id)
         group by l.client_id, l.campaign_link_id
         union all
        select l.client_id, e.entry ->> 'campaignId', e.entry ->> 'outcome', count(*)
          from drip.leads as l
         cross join lateral jsonb_array_elements(l.campaign_history) as e (entry)
         where l.campaign_history <> '[]'
           and (p_client_id is null or l.client_id = p_client_id)
         group by l.client_id, e.entry ->> 'campaignId', e.entry ->> 'outcome'
    )
    select s.client_id, s.id, k.counter, k.recorded, coalesce(r.leads, 0)
      from drip.campaign_statistics as s
     cross join lateral (values
           ('active', s.active_leads_count), ('completed', s.completed_leads_count),
           ('opted_out', s.opted_out_count), ('booked', s.booked_count),
           ('abandoned', s.abandoned_count), ('campaign_deleted', s.campaign_deleted_count))
           as k (counter, recorded)
      left join recount as r
        on r.client_id = s.client_id and r.campaign_id = s.id::text and r.counter = k.counter
     where (p_client_id is null or s.client_id = p_client_id)
       and k.recorded <> coalesce(r.leads, 0)
     order by s.client_id, s.id, k.counter;
end
$verify_campaign_stats$;

comment on function drip.verify_campaign_stats(uuid) is
'Recounts leads and histories, of one client or (null) of all, and returns a row per counter of drip.campaign_statistics that differs: none, ever. Reads every lead. Raises DR001 for an unknown client.';
