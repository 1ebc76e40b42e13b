create or replace function drip_internal.count_inserted_histories()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $count_inserted_histories$
begin
    insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
    select c.client_id, c.id, x.outcome, x.exits
      from (select e.entry ->> 'campaignId' as campaign_id, e.entry ->> 'outcome' as outcome, count(*) as exits
              from jsonb_array_elements(new.campaign_history) as e (entry)
             group by e.entry ->> 'campaignId', e.entry ->> 'outcome') as x
      join drip.campaigns as c on c.client_id = new.client_id and c.id::text = x.campaign_id
     where x.outcome in ('completed', 'opted_out', 'booked', 'abandoned', 'campaign_deleted');
    return null;
end
$count_inserted_histories$;

comment on function drip_internal.count_inserted_histories() is
'Trigger: counts the exits in the history of an inserted lead. Per row, since next to none has one: enrollment inserts leads without, and a look through all new rows costs more than the WHEN that keeps them away. Security definer: nobody but the owner writes the ledger.';

create or replace trigger leads_count_inserted_histories
after insert on drip.leads
for each row when (new.campaign_history <> '[]')
execute function drip_internal.count_inserted_histories();
