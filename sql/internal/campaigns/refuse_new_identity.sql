create or replace function drip_internal.refuse_new_identity()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $refuse_new_identity$
begin
    if (new.id, new.client_id) is distinct from (old.id, old.client_id) then
        raise exception using
            errcode = 'DR011',
            message = format('the id or client_id of a row of drip.%s cannot be changed', tg_table_name),
            hint    = 'Insert a new row and delete the old one.';
    end if;
    return new;
end
$refuse_new_identity$;

comment on function drip_internal.refuse_new_identity() is
'Trigger: refuses (DR011) to change id or client_id, by which history, counters and ledger name a row.';

create or replace trigger campaigns_refuse_new_identity
before update of id, client_id on drip.campaigns
for each row execute function drip_internal.refuse_new_identity();

create or replace trigger leads_refuse_new_identity
before update of id, client_id on drip.leads
for each row execute function drip_internal.refuse_new_identity();
