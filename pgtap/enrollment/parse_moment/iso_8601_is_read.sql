-- What ISO 8601 names is read the same in every session; without an offset it is UTC. Everything else is null, never an error.
begin;
select plan(31);
set local timezone = 'Asia/Kolkata';
set local datestyle = 'SQL, DMY';

-- then
select is(drip_internal.parse_moment(m.given), m.wanted, m.given)
  from (values ('2026-01-31', '2026-01-31T00:00:00Z'::timestamptz), ('2026-01-31T09:30', '2026-01-31T09:30:00Z'),
               ('2026-01-31 09:30:15', '2026-01-31T09:30:15Z'), ('2026-01-31T09:30:15Z', '2026-01-31T09:30:15Z'),
               ('2026-01-31T09:30:15.250Z', '2026-01-31T09:30:15.25Z'), ('2026-01-31T09:30:15.123456789+02:00', '2026-01-31T07:30:15.123457Z'),
               ('2026-01-31 09:30:00 -0500', '2026-01-31T14:30:00Z'), ('2026-01-31T09:30+05', '2026-01-31T04:30:00Z'),
               ('2026-02-03', '2026-02-03T00:00:00Z'), ('2024-02-29', '2024-02-29T00:00:00Z')) as m (given, wanted);
select is(drip_internal.parse_moment(m.given), null, m.given)
  from (values (''), ('now'), ('today'), ('infinity'), ('-infinity'), ('epoch'), ('2026'), ('2026-02-30'), ('2026-13-01'), ('0000-01-01'),
               ('31.01.2026'), ('01/31/2026'), ('2026-01-31T25:00'), ('2026-01-31T09:61'), ('2026-01-31T09:30:00+99:99'), ('2026-01-31T09:30:00+16:00'),
               ('2026-01-31T09:30:00 PST'), ('2026-01-31T09:30:00ZZ'), (E'2026-01-31\n'), ('20260131'), ('٢٠٢٦-01-31')) as m (given);

select * from finish();
rollback;
