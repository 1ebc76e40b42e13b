create or replace function drip_internal.count_remembered_exits()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $count_remembered_exits$
begin
    insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
    select n.client_id, n.id, e.entry ->> 'outcome', count(*)
      from new_rows as n
      join drip.leads as l
        on l.client_id = n.client_id
       and l.campaign_history @> jsonb_build_array(jsonb_build_object('campaignId', n.id))
     cross join lateral jsonb_array_elements(l.campaign_history) as e (entry)
     where e.entry ->> 'campaignId' = n.id::text
       and e.entry ->> 'outcome' in ('completed', 'opted_out', 'booked', 'abandoned', 'campaign_deleted')
     group by n.client_id, n.id, e.entry ->> 'outcome';
    return null;
end
$count_remembered_exits$;

comment on function drip_internal.count_remembered_exits() is
'Trigger: counts, by the history''s index, exits from a campaign that leads remember before its row is there: one restored, or loaded after its leads. Security definer: nobody but the owner writes the ledger.';

create or replace trigger campaigns_count_remembered_exits
after insert on drip.campaigns
referencing new table as new_rows
for each statement execute function drip_internal.count_remembered_exits();
