-- Of elements that name the same person the first counts; what later ones say of opting out and booking is kept.
begin;
select plan(12);

-- given
select make_client();
select make_campaign();

-- when
select results_eq(
    $$select e.result, e.lead_id = first_value(e.lead_id) over (order by e.ordinal)
        from drip.enroll_leads(the_client(), the_campaign(), '[
             {"phone": "+12025550101", "email": "ada@example.com", "firstName": "First"},
             {"phone": "+12025550101", "firstName": "by phone"},
             {"email": "ADA@example.com", "firstName": "by email", "bookedAt": "2026-01-02T00:00:00Z"},
             {"phone": "+12025550102", "email": "ada@example.com", "firstName": "by email too", "bookedAt": "2026-01-01T00:00:00Z"},
             {"phone": "+12025550102", "firstName": "by the phone of the one before", "optedOut": true}]') as e$$,
    $$values ('enrolled', true), ('already_enrolled', true), ('already_enrolled', true), ('already_enrolled', true), ('already_enrolled', true)$$,
    'all are the first');

-- then
select results_eq($$select l.first_name, l.phone, l.opted_out, l.booked_at from drip.leads as l$$,
                  $$values ('First', '+12025550101', true, '2026-01-01 00:00+00'::timestamptz)$$,
                  'one lead, with the first''s data, opted out, booked first on');
select is(counters(), '{"active": 1}', 'counted once');
select is(refusals(), '{"already_enrolled": 4}', 'the others are refused');

-- given somebody known who is refused: the others are refused for the same reason
select drip.opt_out(the_client(), l.id) from drip.leads as l;
select is(enroll_all('[{"phone": "+12025550101"}, {"phone": "+12025550101"}]'), array['opted_out', 'opted_out'], 'both opted out');
select is(refusals(), '{"already_enrolled": 4, "opted_out": 2}', 'both are counted');

-- given one element by phone, another by e-mail, of a person who is known by both
select make_lead('Bob', phone => '+12025550103', email => 'bob@example.com', campaign => null, is_active => false);
select is(enroll_all('[{"email": "bob@example.com", "firstName": "Robert"}, {"phone": "+12025550103", "lastName": "Last"}]'),
          array['enrolled', 'already_enrolled'], 'it is one person');
select results_eq($$select l.first_name, l.last_name from drip.leads as l where l.id = the_lead('Bob')$$, $$values ('Robert', 'Last')$$,
                  'who has both names');
select is(enroll_all('[{"phone": "+12025550104"}, {"bad": 1}, {"phone": "+12025550104"}]'), array['enrolled', 'invalid', 'already_enrolled'],
          'with an invalid one between');
select is(enroll_all('[{"phone": "+12025550105", "email": "x y"}, {"phone": "+12025550105"}]'), array['invalid', 'enrolled'],
          'an invalid one is not the first');
select is(counters(), '{"active": 3, "opted_out": 1}', 'three are in');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');

select * from finish();
rollback;
