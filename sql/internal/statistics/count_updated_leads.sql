create or replace function drip_internal.count_updated_leads()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $count_updated_leads$
begin
    -- Advancing positions is the common update, so nothing here joins every old row to its new one: who is active where is
    -- summed on both sides, and only leads with a history are compared.
    insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta, last_enrollment_at)
    select r.client_id, r.campaign_id, 'active', sum(r.sign),
           case when max(r.enrolled_at) filter (where r.sign = 1)
                     > coalesce(max(r.enrolled_at) filter (where r.sign = -1), '-infinity')
                then max(r.enrolled_at) end
      from (select n.client_id, n.campaign_link_id as campaign_id, 1 as sign, n.enrolled_at
              from new_rows as n
             where n.is_active and n.campaign_link_id is not null
             union all
            select o.client_id, o.campaign_link_id, -1, o.enrolled_at
              from old_rows as o
             where o.is_active and o.campaign_link_id is not null) as r
     group by r.client_id, r.campaign_id
    having sum(r.sign) <> 0
        or max(r.enrolled_at) filter (where r.sign = 1)
           > coalesce(max(r.enrolled_at) filter (where r.sign = -1), '-infinity');

    if exists (select from new_rows as n where n.campaign_history <> '[]')
       or exists (select from old_rows as o where o.campaign_history <> '[]') then
        insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
        select c.client_id, c.id, x.outcome, x.leads
          from (select h.client_id, e.entry ->> 'campaignId' as campaign_id, e.entry ->> 'outcome' as outcome,
                       sum(e.sign) as leads
                  from (select n.id, n.client_id, n.campaign_history from new_rows as n
                         where n.campaign_history <> '[]') as n
                  full join (select o.id, o.client_id, o.campaign_history from old_rows as o
                              where o.campaign_history <> '[]') as o using (id, client_id)
                 cross join lateral (select coalesce(n.campaign_history, '[]') as after,
                                            coalesce(o.campaign_history, '[]') as before, client_id) as h
                 cross join lateral (
                       select a.entry, 1 as sign from jsonb_array_elements(h.after) as a (entry)
                        union all
                       select b.entry, -1 from jsonb_array_elements(h.before) as b (entry)) as e
                 where h.after <> h.before
                 group by h.client_id, e.entry ->> 'campaignId', e.entry ->> 'outcome'
                having sum(e.sign) <> 0) as x
          join drip.campaigns as c on c.client_id = x.client_id and c.id::text = x.campaign_id
         where x.outcome in ('completed', 'opted_out', 'booked', 'abandoned', 'campaign_deleted');
    end if;
    return null;
end
$count_updated_leads$;

comment on function drip_internal.count_updated_leads() is
'Trigger: appends to the ledger what an update changes: who is active in which campaign, and history entries gained or lost. Security definer: nobody but the owner writes the ledger.';

create or replace trigger leads_count_updated
after update on drip.leads
referencing old table as old_rows new table as new_rows
for each statement execute function drip_internal.count_updated_leads();
