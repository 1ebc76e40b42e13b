create or replace function drip_internal.refuse_truncate()
returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $refuse_truncate$
begin
    raise exception using
        errcode = 'DR009',
        message = format('drip.%s cannot be truncated: the counters would not notice', tg_table_name),
        hint    = 'Use DELETE, which counts what it removes.';
end
$refuse_truncate$;

comment on function drip_internal.refuse_truncate() is
'Trigger: refuses TRUNCATE (DR009), which shows no rows to the triggers that count.';

create or replace trigger leads_refuse_truncate
before truncate on drip.leads
for each statement execute function drip_internal.refuse_truncate();

create or replace trigger campaigns_refuse_truncate
before truncate on drip.campaigns
for each statement execute function drip_internal.refuse_truncate();
