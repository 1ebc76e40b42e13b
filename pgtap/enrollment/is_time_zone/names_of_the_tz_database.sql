-- Every place of the tz database is one; abbreviations, POSIX rules and inventions are none.
begin;
select plan(3);

-- then
select is_empty($$select n.name from pg_timezone_names as n
                   where n.name ~ '/' and n.name !~ '^(posix|right)/' and not drip_internal.is_time_zone(n.name)$$, 'every place');
select is_empty($$select n.name from unnest(array['UTC', 'GMT', 'Etc/UTC', 'Etc/GMT+5', 'Etc/GMT-14', 'America/Argentina/Buenos_Aires']) as n (name)
                   where not drip_internal.is_time_zone(n.name)$$, 'and those without one');
select is_empty($$select n.name from unnest(array['', ' ', 'EST', 'EST5EDT,M3.2.0,M11.1.0', '+05:00', '-5', 'Mars/Base', 'Mars/Base5', 'Mars/Base+5', 'Etc/GMT+99',
                                              '../UTC', 'America/New_York/', '/etc/passwd', 'America/New_York; drop', E'UTC\n']) as n (name)
                   where drip_internal.is_time_zone(n.name)$$, 'nothing else');

select * from finish();
rollback;
