-- People who are given each other's e-mail keep their own, and nobody is lost.
begin;
select plan(3);

-- given
select make_client();
select make_campaign();
select make_lead('Ann', phone => '+12025550101', email => 'ann@example.com', campaign => null, is_active => false);
select make_lead('Bob', phone => '+12025550102', email => 'bob@example.com', campaign => null, is_active => false);

-- then
select is(enroll_all('[{"phone": "+12025550101", "email": "bob@example.com"}, {"phone": "+12025550102", "email": "ann@example.com"}]'),
          array['enrolled', 'enrolled'], 'both are enrolled');
select results_eq('select l.email from drip.leads as l order by l.phone', $$values ('ann@example.com'), ('bob@example.com')$$, 'with their own');
select is(counters(), '{"active": 2}', 'two');

select * from finish();
rollback;
