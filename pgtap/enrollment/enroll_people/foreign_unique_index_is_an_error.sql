-- An index of somebody's own that these leads violate ends in its error after some rounds, not in an endless one.
begin;
select plan(3);

-- given
select make_client();
select make_campaign();
select enroll('{"phone": "+12025550101", "firstName": "Ada"}');
create unique index leads_one_of_each_name on drip.leads (client_id, first_name);

-- then
select throws_ok($$select enroll('{"phone": "+12025550102", "firstName": "Ada"}')$$, '40001', null, 'a new person');
select enroll('{"phone": "+12025550103", "firstName": "Bob"}');
select throws_ok($$select enroll('{"phone": "+12025550103", "firstName": "Ada"}')$$, '23505', null, 'a known one');
select is(counters(), '{"active": 2}', 'nothing else happened');

select * from finish();
rollback;
