create or replace function drip_internal.count_inserted_leads()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $count_inserted_leads$
begin
    -- Grouping a single row costs as much as writing the ledger's.
    if exists (select from new_rows offset 1) then
        insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta, last_enrollment_at)
        select n.client_id, n.campaign_link_id, 'active', count(*), max(n.enrolled_at)
          from new_rows as n
         where n.is_active and n.campaign_link_id is not null
         group by n.client_id, n.campaign_link_id;
    else
        insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta, last_enrollment_at)
        select n.client_id, n.campaign_link_id, 'active', 1, n.enrolled_at
          from new_rows as n
         where n.is_active and n.campaign_link_id is not null;
    end if;
    return null;
end
$count_inserted_leads$;

comment on function drip_internal.count_inserted_leads() is
'Trigger: appends to the ledger whom inserted leads add to their campaigns. Security definer: nobody but the owner writes the ledger.';

create or replace trigger leads_count_inserted
after insert on drip.leads
referencing new table as new_rows
for each statement execute function drip_internal.count_inserted_leads();
