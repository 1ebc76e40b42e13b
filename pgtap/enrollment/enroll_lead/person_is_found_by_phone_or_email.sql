-- The person is the one with this phone, else the one with this e-mail in whatever case; what is given replaces what is stored.
begin;
select plan(9);

-- given
select make_client();
select make_campaign();
select make_lead('Ann', phone => '+12025550101', email => 'ann@example.com', campaign => null, is_active => false);

-- then
select is(enroll('{"firstName": "by phone", "phone": "+12025550101"}'), 'enrolled', 'by the phone');
select is(the_lead('by phone'), the_lead('Ann'), 'it is the same lead');
select is(enroll('{"firstName": "by email", "email": "ANN@Example.COM"}'), 'already_enrolled', 'by the e-mail');
select is(the_lead('by email'), the_lead('Ann'), 'the same lead again');
select results_eq($$select l.first_name, l.last_name, l.phone, l.email from drip.leads as l$$,
                  $$values ('by email', 'Lead', '+12025550101', 'ANN@Example.COM')$$,
                  'what is given replaces, what is not given stays');
select is(enroll('{"firstName": "moved", "phone": "+12025550102", "email": "ann@example.com"}'), 'already_enrolled',
          'an unknown phone, so the e-mail tells who it is');
select results_eq($$select l.id, l.phone from drip.leads as l$$, $$values (the_lead('Ann'), '+12025550102')$$, 'whose phone this is now');

-- and another client's people are nobody's
select make_client('Beta');
select make_campaign('Theirs');
select is(enroll('{"firstName": "theirs", "phone": "+12025550102", "email": "ann@example.com"}'), 'enrolled', 'the same person at another client');
select isnt(the_lead('theirs'), the_lead('Ann'), 'is another lead');

select * from finish();
rollback;
