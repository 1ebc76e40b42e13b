-- Phone and e-mail of two people: the phone wins, and the e-mail is left to whom it belongs.
begin;
select plan(7);

-- given
select make_client();
select make_campaign();
select make_lead('Ann', phone => '+12025550101', email => 'ann@example.com', campaign => null, is_active => false);
select make_lead('Bob', phone => '+12025550102', campaign => null, is_active => false);

-- when
select is(enroll('{"firstName": "Robert", "phone": "+12025550102", "email": "Ann@example.com"}'), 'enrolled', 'enrolled');

-- then
select is(the_lead('Robert'), the_lead('Bob'), 'it is Bob');
select results_eq('select l.first_name, l.email, l.is_active from drip.leads as l order by l.phone',
                  $$values ('Ann', 'ann@example.com', false), ('Robert', null, true)$$, 'Ann is not touched, Bob gets no e-mail of hers');
select is(enroll('{"firstName": "Robert", "phone": "+12025550102", "email": "bob@example.com"}'), 'already_enrolled', 'with an e-mail of his own');
select is((select l.email from drip.leads as l where l.id = the_lead('Bob')), 'bob@example.com', 'he has it');
select is(enroll('{"firstName": "Robert", "phone": "+12025550102", "email": "ANN@EXAMPLE.COM"}'), 'already_enrolled', 'with hers again');
select results_eq('select l.email from drip.leads as l order by l.phone', $$values ('ann@example.com'), ('bob@example.com')$$,
                  'both keep their own');

select * from finish();
rollback;
