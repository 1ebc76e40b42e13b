-- Five fields of numbers, names, ranges, steps and lists, and what they mean.
begin;
select plan(22);

-- given
create function pg_temp.field(cron text, name text) returns text language sql as
$$select to_jsonb(c) ->> field.name from drip_internal.parse_cron(cron) as c$$;

-- then
select is(pg_temp.field('*/15 * * * *', 'minutes'), '[0, 15, 30, 45]', 'a step');
select is(pg_temp.field('2-10/4 * * * *', 'minutes'), '[2, 6, 10]', 'a step in a range');
select is(pg_temp.field('5,1,2-3,3 * * * *', 'minutes'), '[1, 2, 3, 5]', 'a list, sorted, each once');
select is(pg_temp.field('07 * * * *', 'minutes'), '[7]', 'a leading zero');
select is(jsonb_array_length(pg_temp.field('* * * * *', 'hours')::jsonb), 24, 'every hour');
select is(pg_temp.field('0 0 1 1 *', 'days'), '[1]', 'a day');
select is(pg_temp.field('0 0 * FEB,nov-dec *', 'months'), '[2, 11, 12]', 'names of months, whatever their case');
select is(pg_temp.field('0 0 * * mon-Fri', 'weekdays'), '[1, 2, 3, 4, 5]', 'names of days');
select is(pg_temp.field('0 0 * * 5-7', 'weekdays'), '[0, 5, 6]', 'Sunday is 7, too');
select is(pg_temp.field('0 0 * * 0,7,sun', 'weekdays'), '[0]', 'and 0, and sun');
select is(pg_temp.field('0 0 1 * 1', 'is_either_day'), 'true', 'days of both kinds: either suffices');
select is(pg_temp.field('0 0 */2 * 1', 'is_either_day'), 'false', 'a star in one of them: both must agree, as in every cron');
select is(pg_temp.field(E' 1 \t 2  * * MON ', 'expression'), '1 2 * * mon', 'the plain form');
select is(pg_temp.field('@daily', 'expression'), '0 0 * * *', 'a nickname is spelt out');
select is(pg_temp.field('0 0 29 2 *', 'days'), '[29]', 'the 29th of February comes');
select is(pg_temp.field('* * * * *', 'shortest_gap'), '00:01:00', 'runs are a minute apart');
select is(pg_temp.field('*/15 * * * *', 'shortest_gap'), '00:15:00', 'or 15');
select is(pg_temp.field('0,50 * * * *', 'shortest_gap'), '00:10:00', 'the shortest counts, from one hour to the next');
select is(pg_temp.field('0 8,20 * * *', 'shortest_gap'), '12:00:00', 'twice a day');
select is(pg_temp.field('23 3 * * *', 'shortest_gap'), '24:00:00', 'once a day');
select is(pg_temp.field('55 23 * * *', 'shortest_gap'), '24:00:00', 'late in the day');
select is(pg_temp.field('0 0,23 * * *', 'shortest_gap'), '01:00:00', 'over midnight');

select * from finish();
rollback;
