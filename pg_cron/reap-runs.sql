-- schedule: * * * * *
-- Marks sweeps that died as crashed.
select drip.reap_runs();
