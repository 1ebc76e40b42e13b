create or replace function drip_internal.forget_campaigns()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $forget_campaigns$
begin
    delete from drip_internal.campaign_stat_deltas as d
     using old_rows as o
     where d.client_id = o.client_id and d.campaign_id = o.id;
    return null;
end
$forget_campaigns$;

comment on function drip_internal.forget_campaigns() is
'Trigger: drops what the ledger still holds for deleted campaigns. Security definer: nobody but the owner writes the ledger.';

create or replace trigger campaigns_forget
after delete on drip.campaigns
referencing old table as old_rows
for each statement execute function drip_internal.forget_campaigns();
