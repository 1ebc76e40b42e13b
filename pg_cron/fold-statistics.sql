-- schedule: * * * * *
-- The ledger is folded into the counters of drip.campaigns.
select drip.fold_campaign_stats();
