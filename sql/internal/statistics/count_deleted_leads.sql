create or replace function drip_internal.count_deleted_leads()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $count_deleted_leads$
begin
    insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
    select o.client_id, o.campaign_link_id, 'active', -count(*)
      from old_rows as o
     where o.is_active and o.campaign_link_id is not null
     group by o.client_id, o.campaign_link_id;

    if exists (select from old_rows as o where o.campaign_history <> '[]') then
        insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
        select c.client_id, c.id, x.outcome, -x.leads
          from (select o.client_id, e.entry ->> 'campaignId' as campaign_id, e.entry ->> 'outcome' as outcome,
                       count(*) as leads
                  from old_rows as o
                 cross join lateral jsonb_array_elements(o.campaign_history) as e (entry)
                 where o.campaign_history <> '[]'
                 group by o.client_id, e.entry ->> 'campaignId', e.entry ->> 'outcome') as x
          join drip.campaigns as c on c.client_id = x.client_id and c.id::text = x.campaign_id
         where x.outcome in ('completed', 'opted_out', 'booked', 'abandoned', 'campaign_deleted');
    end if;
    return null;
end
$count_deleted_leads$;

comment on function drip_internal.count_deleted_leads() is
'Trigger: appends to the ledger what deleted leads take from their campaigns'' counters, histories included. Security definer: nobody but the owner writes the ledger.';

create or replace trigger leads_count_deleted
after delete on drip.leads
referencing old table as old_rows
for each statement execute function drip_internal.count_deleted_leads();
