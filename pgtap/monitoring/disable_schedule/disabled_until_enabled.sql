-- A schedule that is disabled stays in the table, and enabling brings it back as it was.
begin;
select plan(6);

-- given
create function pg_temp.is_enabled() returns boolean language sql as
$$select s.enabled from drip.schedules as s where s.name = 'purge'$$;
select drip.set_schedule('purge', '1 1 * * *');

-- then
select is(drip.disable_schedule('purge'), 'purge: disabled; in effect', 'disabled');
select is(pg_temp.is_enabled(), false, 'in the table');
select is(drip.disable_schedule('purge'), 'purge: disabled; in effect', 'twice is once');
select throws_ok($$select drip.disable_schedule('nope')$$, 'DR014', null, 'an unknown one is refused');
select is(drip.enable_schedule('purge'), 'purge: enabled; not in pg_cron: run pg-drip schedule install', 'enabled');
select is((select s.cron_expression || ' ' || s.enabled from drip.schedules as s where s.name = 'purge'), '1 1 * * * true', 'as it was');

select * from finish();
rollback;
