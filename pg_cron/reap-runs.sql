-- schedule: * * * * *
-- Sweeps whose session died are marked as crashed.
select drip.reap_runs();
