-- Paused stops sending, not enrolling. A campaign without messages takes people too.
begin;
select plan(3);

-- given
select make_client();
select make_campaign('Paused', is_paused => true);
select make_campaign('Empty', steps => 0);

-- then
select is(enroll('{"phone": "+12025550101"}', the_campaign('Paused')), 'enrolled', 'paused');
select is(enroll('{"phone": "+12025550102"}', the_campaign('Empty')), 'enrolled', 'empty');
select is(counters(the_campaign('Paused')), '{"active": 1}', 'counted');

select * from finish();
rollback;
