-- schedule: 23 3 * * *
-- Deletes records of runs older than 30 days.
select * from drip.purge();
