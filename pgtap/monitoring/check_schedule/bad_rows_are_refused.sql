-- Whoever writes the table, a schedule has a cron expression that is one, and one statement.
begin;
select plan(9);

-- given
insert into drip.schedules (name, cron_expression, command) values ('nightly', ' 0  3 * * MON ', 'select 1; ');
update drip.schedules as s set updated_at = '2020-01-01' where s.name = 'nightly';

-- then
select results_eq(
    $$select s.cron_expression, s.command from drip.schedules as s where s.name = 'nightly'$$,
    $$values ('0 3 * * mon', 'select 1')$$, 'stored in their plain form');
select is(sqlstate_of($$update drip.schedules as s set cron_expression = '61 * * * *' where s.name = 'nightly'$$), 'DR012',
          'no cron expression');
select is(sqlstate_of($$update drip.schedules as s set command = 'select 1; select 2' where s.name = 'nightly'$$), 'DR012',
          'two statements');
select is(sqlstate_of($$update drip.schedules as s set command = ' ; ' where s.name = 'nightly'$$), 'DR012', 'no statement');
select is(sqlstate_of($$update drip.schedules as s set command = 'select '';'' || $x$;$x$' where s.name = 'nightly'$$), null,
          'a semicolon in quotes ends nothing');
select is(sqlstate_of($$insert into drip.schedules (name, cron_expression, command) values ('a/b', '* * * * *', 'select 1')$$), '23514',
          'names have no slash, by which jobs of several databases are told apart');
select is((select s.updated_at from drip.schedules as s where s.name = 'nightly'), '2020-01-01', 'nothing was changed');
update drip.schedules as s set installed_in = 'x', installed_by = 'y' where s.name = 'nightly';
select is((select s.updated_at from drip.schedules as s where s.name = 'nightly'), '2020-01-01', 'installing is no change');
update drip.schedules as s set enabled = false where s.name = 'nightly';
select is((select s.updated_at from drip.schedules as s where s.name = 'nightly'), now(), 'disabling is');

select * from finish();
rollback;
