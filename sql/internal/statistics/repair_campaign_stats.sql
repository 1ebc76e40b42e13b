create or replace function drip_internal.repair_campaign_stats()
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $repair_campaign_stats$
declare
    v_repaired bigint;
begin
    insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
    select v.client_id, v.campaign_id, v.counter, v.recounted - v.recorded
      from drip.verify_campaign_stats() as v;
    get diagnostics v_repaired = row_count;
    perform drip.fold_campaign_stats();
    return v_repaired;
end
$repair_campaign_stats$;

comment on function drip_internal.repair_campaign_stats() is
'Appends to the ledger what a recount found missing, and returns how many counters were wrong. For the deployer, after the triggers were away; deltas of others who write meanwhile add up with it.';
