-- Whatever is no lead is told why, without quoting it, and the others are enrolled.
begin;
select plan(63);

-- given
select make_client();
select make_campaign();
create temporary table bad (place serial, element jsonb, problem text) on commit drop;
insert into bad (element, problem) values
    ('null', 'it is no object'), ('"+12025550199"', 'it is no object'), ('7', 'it is no object'), ('[]', 'it is no object'),
    ('true', 'it is no object'), ('{}', 'it has neither phone nor email'), ('{"phone": null}', 'it has neither phone nor email'),
    ('{"phone": "", "email": " "}', 'it has neither phone nor email'), ('{"firstName": "Ada"}', 'it has neither phone nor email'),
    ('{"phone": "2025550199"}', 'phone%'), ('{"phone": "+02025550199"}', 'phone%'), ('{"phone": "+1"}', 'phone%'),
    ('{"phone": "+1234567890123456"}', 'phone%'), ('{"phone": "+1 202 555 0199"}', 'phone%'), ('{"phone": "+1202555\n0199"}', 'phone%'),
    ('{"phone": 12025550199}', 'phone%'), ('{"phone": "+١٢٠٢٥٥٥"}', 'phone%'),
    ('{"email": "ada"}', 'email%'), ('{"email": "ada@"}', 'email%'), ('{"email": "a@b@c"}', 'email%'),
    ('{"email": "Ada <ada@example.com>"}', 'email%'), ('{"email": "ada\n@example.com"}', 'email%'),
    ('{"phone": "+12025550199", "email": "ada"}', 'email%'),
    ('{"phone": "+12025550199", "nickname": "Ada"}', 'it has a key%'), ('{"phone": "+12025550199", "Phone": "+12025550199"}', 'it has a key%'),
    ('{"phone": "+12025550199", "": 1}', 'it has a key%'), ('{"phone": "+12025550199", "is_active": true}', 'it has a key%'),
    ('{"phone": "+12025550199", "firstName": {}}', 'a value is an object%'), ('{"phone": "+12025550199", "firstName": []}', 'a value is an object%'),
    ('{"phone": ["+12025550199"]}', 'a value is an object%'),
    ('{"phone": "+12025550199", "timezone": "EST"}', 'timezone%'), ('{"phone": "+12025550199", "timezone": "Mars/Base"}', 'timezone%'),
    ('{"phone": "+12025550199", "timezone": "Mars/Base5"}', 'timezone%'), ('{"phone": "+12025550199", "timezone": "''; drop"}', 'timezone%'),
    ('{"phone": "+12025550199", "currentMessagePosition": -1}', 'current_message_position%'),
    ('{"phone": "+12025550199", "currentMessagePosition": 1.5}', 'current_message_position%'),
    ('{"phone": "+12025550199", "currentMessagePosition": 99999999999}', 'current_message_position%'),
    ('{"phone": "+12025550199", "currentMessagePosition": "three"}', 'current_message_position%'),
    ('{"phone": "+12025550199", "currentMessagePosition": "٣"}', 'current_message_position%'),
    ('{"phone": "+12025550199", "currentMessagePosition": true}', 'current_message_position%'),
    ('{"phone": "+12025550199", "optedOut": "yes"}', 'opted_out%'), ('{"phone": "+12025550199", "optedOut": 1}', 'opted_out%'),
    ('{"phone": "+12025550199", "bookedAt": "yesterday"}', 'booked_at%'), ('{"phone": "+12025550199", "bookedAt": "infinity"}', 'booked_at%'),
    ('{"phone": "+12025550199", "bookedAt": "2026-02-30"}', 'booked_at%'), ('{"phone": "+12025550199", "bookedAt": "2026-01-01T00:00:00+99:99"}', 'booked_at%'),
    ('{"phone": "+12025550199", "bookedAt": "2026-01-01T25:00:00Z"}', 'booked_at%'), ('{"phone": "+12025550199", "bookedAt": 1767225600}', 'booked_at%'),
    ('{"phone": "+12025550199", "bookedAt": true}', 'booked_at%'), ('{"phone": "+12025550199", "bookedAt": "٢٠٢٦-01-01"}', 'booked_at%'),
    ('{"phone": "+12025550199", "enrolledAt": "0000-00-00"}', 'enrolled_at%'), ('{"phone": "+12025550199", "enrolledAt": "now"}', 'enrolled_at%');
insert into bad (element, problem)
select jsonb_build_object('email', repeat('x', 320) || '@example.com'), 'email%' union all
select jsonb_build_object('phone', '+' || repeat('9', 100000)), 'phone%';

-- when
create temporary table told on commit drop as
select e.* from drip.enroll_leads(the_client(), the_campaign(),
    (select jsonb_agg(b.element order by b.place) from bad as b) || '{"firstName": "Ada", "phone": "+12025550100"}') as e;

-- then
select is((select count(*)::integer from bad as b), 54, 'so many elements');
select ok(t.result = 'invalid' and t.lead_id is null and t.problem like b.problem, left(b.element::text, 60))
  from bad as b left join told as t on t.ordinal = b.place order by b.place;
select is((select t.result from told as t where t.ordinal = 55), 'enrolled', 'the good one behind them is enrolled');
select is((select count(*) from told as t), 55::bigint, 'a row each');
select is((select count(*) from told as t where t.problem ~ '5550199|drop|Mars|nickname|xxxx'), 0::bigint, 'no value is quoted');
select is((select array_agg(l.phone) from drip.leads as l), array['+12025550100'], 'nobody else was made');
select is(counters(), '{"active": 1}', 'one is counted');
select is(refusals(), '{}', 'nothing is refused');
select is((select count(*) from drip_internal.campaign_stat_deltas as d where d.counter like 'refused%'), 0::bigint, 'the ledger neither');
select is((select t.problem from told as t where t.ordinal = 55), null, 'the good one has no problem');

select * from finish();
rollback;
