-- An unknown schedule is DR014, what is no cron expression DR012; nothing is changed.
begin;
select plan(7);

-- given
create temporary table before on commit drop as select s.* from drip.schedules as s;

-- then
select throws_ok($$select drip.set_schedule('nope', '* * * * *')$$, 'DR014', 'schedule nope is not known', 'an unknown name');
select throws_ok($$select drip.set_schedule(null, '* * * * *')$$, 'DR014', 'schedule null is not known', 'no name');
select throws_ok($$select drip.set_schedule('de-enroll', '61 * * * *')$$, 'DR012', null, 'no cron expression');
select throws_ok($$select drip.set_schedule('de-enroll', '15 seconds')$$, 'DR012', null, 'finer than a minute');
select throws_ok($$select drip.set_schedule('de-enroll', null)$$, 'DR012', 'a schedule needs a cron expression', 'none at all');
select throws_ok($$select drip.enable_schedule('nope')$$, 'DR014', null, 'enabling an unknown one');
select set_eq('select s.* from drip.schedules as s', 'select b.* from before as b', 'nothing changed');

select * from finish();
rollback;
