-- What is no cron expression is refused with DR012 and the reason.
begin;
select plan(34);

-- then
select throws_ok(format('select drip_internal.parse_cron(%L)', c.cron), 'DR012', null, coalesce(c.cron, 'null'))
  from (values (null), (''), ('  '), ('never'), ('*'), ('* * * *'), ('* * * * * * * *'), ('60 * * * *'), ('* 24 * * *'),
               ('* * 0 * *'), ('* * 32 * *'), ('* * * 13 *'), ('* * * 0 *'), ('* * * * 8'), ('-1 * * * *'), ('*/0 * * * *'),
               ('1, 2 * * *'), ('1,,2 * * * *'), (', * * * *'), ('1- * * * *'), ('5/15 * * * *'), ('** * * * *'),
               ('* * * january *'), ('mon * * * *'), ('* * * * ?'), ('* * $ * *'), ('@reboot'), ('1.5 * * * *'),
               ('99999999999 * * * *')) as c (cron);

-- What pg_cron takes, and never runs, or not as meant.
select throws_ok('select drip_internal.parse_cron(''50-10 * * * *'')', 'DR012',
                 'the minute ''50-10'' of the cron expression is a range that goes down', 'a range that goes down');
select throws_ok('select drip_internal.parse_cron(''*/90 * * * *'')', 'DR012',
                 'the minute ''*/90'' of the cron expression has a step that is longer than 59', 'a step beyond the hour');
select throws_ok('select drip_internal.parse_cron(''0 0 31 2,4 *'')', 'DR012',
                 '''0 0 31 2,4 *'' never comes: no such month has such a day', 'a day that never comes');

-- Finer than a minute has its own reason.
select throws_like('select drip_internal.parse_cron(''30 seconds'')', '''30 seconds'' is finer than a minute%', 'seconds');
select throws_like('select drip_internal.parse_cron(''*/10 * * * * *'')', '%has 6 fields; one of seconds would be finer%', 'a field of seconds');

select * from finish();
rollback;
