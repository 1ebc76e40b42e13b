-- schedule: * * * * *
-- Folds the ledger into the counters.
select drip.fold_campaign_stats();
