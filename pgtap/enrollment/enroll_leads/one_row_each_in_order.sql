-- As many rows as elements, in order, each with its result.
begin;
select plan(6);

-- given
select make_client();
select make_campaign('Other');
select make_lead('elsewhere', phone => '+12025550101');
select make_campaign('Welcome');
select make_lead('inside', phone => '+12025550102');

-- then
select results_eq(
    $$select e.ordinal, e.lead_id is not null, e.result, e.problem is not null
        from drip.enroll_leads(the_client(), the_campaign(), '[{"phone": "+12025550102"}, {"phone": "+12025550103"}, 7,
                               {"phone": "+12025550101"}, {"email": "new@example.com"}]') as e$$,
    $$values (1::bigint, true, 'already_enrolled', false), (2, true, 'enrolled', false), (3, false, 'invalid', true),
             (4, true, 'in_another_campaign', false), (5, true, 'enrolled', false)$$, 'five rows');
select is(counters(), '{"active": 3}', 'two came');
select is(refusals(), '{"already_enrolled": 1, "in_another_campaign": 1}', 'two were refused; an invalid element is no refusal');
select is(enroll_all('[]'), array[]::text[], 'none for none');
select throws_ok('select drip.enroll_leads(the_client(), the_campaign(), ''{"phone": "+12025550101"}'')', 'DR013', 'leads is no array', 'no array');
select throws_ok('select drip.enroll_leads(the_client(), the_campaign(), null)', 'DR013', 'leads is no array', 'nothing at all');

select * from finish();
rollback;
