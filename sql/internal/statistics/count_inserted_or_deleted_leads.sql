create or replace function drip_internal.count_inserted_or_deleted_leads()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $count_inserted_or_deleted_leads$
declare
    v_sign integer := case tg_op when 'INSERT' then 1 else -1 end;
begin
    insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta, last_enrollment_at)
    select r.client_id, r.campaign_link_id, 'active', v_sign * count(*),
           case when tg_op = 'INSERT' then max(r.enrolled_at) end
      from changed_rows as r
     where r.is_active and r.campaign_link_id is not null
     group by r.client_id, r.campaign_link_id;

    -- Enrollment inserts leads without one.
    if exists (select from changed_rows as r where r.campaign_history <> '[]') then
        insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
        select c.client_id, c.id, x.outcome, v_sign * x.leads
          from (select r.client_id, e.entry ->> 'campaignId' as campaign_id, e.entry ->> 'outcome' as outcome,
                       count(*) as leads
                  from changed_rows as r
                 cross join lateral jsonb_array_elements(r.campaign_history) as e (entry)
                 where r.campaign_history <> '[]'
                 group by r.client_id, e.entry ->> 'campaignId', e.entry ->> 'outcome') as x
          join drip.campaigns as c on c.client_id = x.client_id and c.id::text = x.campaign_id
         where x.outcome in ('completed', 'opted_out', 'booked', 'abandoned', 'campaign_deleted');
    end if;
    return null;
end
$count_inserted_or_deleted_leads$;

comment on function drip_internal.count_inserted_or_deleted_leads() is
'Trigger: appends to the ledger what inserted leads add to their campaigns'' counters, or deleted ones take from them, histories included. Security definer: nobody but the owner writes the ledger.';

create or replace trigger leads_count_inserted
after insert on drip.leads
referencing new table as changed_rows
for each statement execute function drip_internal.count_inserted_or_deleted_leads();

create or replace trigger leads_count_deleted
after delete on drip.leads
referencing old table as changed_rows
for each statement execute function drip_internal.count_inserted_or_deleted_leads();
