-- The table is the truth; the result says that pg_cron does not have it yet.
begin;
select plan(8);

-- given
create function pg_temp.row_of(name text) returns text language sql as
$$select s.cron_expression || ' ' || s.enabled from drip.schedules as s where s.name = row_of.name$$;

-- then
select is(drip.set_schedule('de-enroll', '*/5 * * * *'), 'de-enroll: */5 * * * *; not in pg_cron: run pg-drip schedule install', 'says so');
select is(pg_temp.row_of('de-enroll'), '*/5 * * * * true', 'the table is changed');
select is(drip.set_schedule('de-enroll', '*/5 * * * *'), 'de-enroll: */5 * * * *; not in pg_cron: run pg-drip schedule install', 'twice is once');
select drip.disable_schedule('de-enroll');
select is(drip.set_schedule('de-enroll', '@hourly'), 'de-enroll: 0 * * * * (disabled); in effect', 'a disabled one stays disabled');
update drip.schedules as s set installed_in = 'elsewhere', installed_by = 'somebody', enabled = true where s.name = 'de-enroll';
select is(drip.set_schedule('de-enroll', '1 * * * *'),
          'de-enroll: 1 * * * *; its job is in pg_cron of database elsewhere: run pg-drip schedule install --cron-database elsewhere',
          'a job in another database is not in this session''s power');
update drip.schedules as s set installed_in = current_database() where s.name = 'de-enroll';
select is(drip.set_schedule('de-enroll', '2 * * * *'),
          'de-enroll: 2 * * * *; pg_cron is gone from this database: create extension pg_cron, and run pg-drip schedule install',
          'nor is one in a pg_cron that was dropped');
select is(pg_temp.row_of('de-enroll'), '2 * * * * true', 'the table is changed each time');
select is(as_role('drip_cron', $$select drip.set_schedule('reap-runs', '*/2 * * * *') like 'reap-runs: */2 * * * *; %'$$), 'true',
          'who runs the schedules may set them');

select * from finish();
rollback;
