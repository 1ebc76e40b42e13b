-- A later release updates what nobody edited, and nothing else.
begin;
select plan(13);

-- given
delete from drip.schedules;
delete from drip_internal.shipped_schedules;
create function pg_temp.seed(cron text, command text, name text default 'a') returns text[] language sql as
$$select drip_internal.seed_schedules(jsonb_build_array(
      jsonb_build_object('name', name, 'cron_expression', cron, 'command', command, 'purpose', 'Does it.')))$$;
create function pg_temp.row_of(name text default 'a') returns text language sql as
$$select concat_ws('|', s.cron_expression, s.command, s.enabled::text) from drip.schedules as s where s.name = row_of.name$$;

-- then
select is(pg_temp.seed('*/5 * * * MON', 'select 1'), array['a'], 'a new one is added');
select is(pg_temp.row_of(), '*/5 * * * mon|select 1|true', 'enabled');
select is(pg_temp.seed('*/5 * * * MON', 'select 1'), '{}', 'a second time, nothing changes');
select is(pg_temp.seed('*/6 * * * *', 'select 2'), array['a'], 'a later release changes it');
select is(pg_temp.row_of(), '*/6 * * * *|select 2|true', 'where nobody edited it');
select drip.set_schedule('a', '*/7 * * * *'), drip.disable_schedule('a');
select is(pg_temp.seed('*/8 * * * *', 'select 3'), array['a'], 'an edited one');
select is(pg_temp.row_of(), '*/7 * * * *|select 3|false', 'keeps its edit, and stays disabled; the rest follows the release');
select pg_temp.seed('*/7 * * * *', 'select 3');
select pg_temp.seed('*/9 * * * *', 'select 3');
select is(pg_temp.row_of(), '*/7 * * * *|select 3|false', 'even when a release in between came to agree with it');
delete from drip.schedules as s where s.name = 'a';
select is(pg_temp.seed('*/9 * * * *', 'select 3'), '{}', 'a deleted one stays away');
select is(pg_temp.seed('*/10 * * * *', 'select 4'), '{}', 'whatever the release says');
insert into drip.schedules (name, cron_expression, command) values ('b', '1 1 * * *', 'select 5');
select is(pg_temp.seed('*/9 * * * *', 'select 3', 'b'), '{}', 'one that a DBA made under a name that comes to be shipped');
select is(pg_temp.row_of('b'), '1 1 * * *|select 5|true', 'is the DBA''s');
select is(sqlstate_of($$select pg_temp.seed('61 * * * *', 'select 1', 'c')$$), 'DR012', 'a release with a bad one is refused');

select * from finish();
rollback;
