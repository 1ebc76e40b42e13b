-- Somebody known is a person of their own, though an earlier element has the same e-mail, as in a household.
begin;
select plan(10);

-- given
select make_client();
select make_campaign();
select make_lead('Bob', phone => '+12025550102', campaign => null, is_active => false);
select make_lead('Cyd', phone => '+12025550103', campaign => null, is_active => false);

-- when
create temporary table told on commit drop as
select e.* from drip.enroll_leads(the_client(), the_campaign(), '[
    {"phone": "+12025550101", "email": "home@example.com", "firstName": "Ann"},
    {"phone": "+12025550102", "email": "home@example.com", "optedOut": true},
    {"phone": "+12025550104", "email": "HOME@example.com", "firstName": "unknown"},
    {"phone": "+12025550103", "email": "home@example.com"},
    {"phone": "+12025550103", "email": "home@example.com"}]') as e;

-- then
select results_eq('select t.result from told as t order by t.ordinal',
                  $$values ('enrolled'), ('enrolled'), ('already_enrolled'), ('enrolled'), ('already_enrolled')$$, 'three people');
select is((select t.lead_id from told as t where t.ordinal = 2), the_lead('Bob'), 'Bob is Bob');
select is((select t.lead_id from told as t where t.ordinal = 4), the_lead('Cyd'), 'Cyd is Cyd');
select is((select t.lead_id from told as t where t.ordinal = 5), the_lead('Cyd'), 'twice');
select is((select t.lead_id from told as t where t.ordinal = 3), (select t.lead_id from told as t where t.ordinal = 1),
          'who is not known is whom the e-mail names');
select results_eq('select l.first_name, l.email, l.opted_out from drip.leads as l order by l.phone',
                  $$values ('Ann', 'home@example.com', false), ('Bob', null, true), ('Cyd', null, false)$$,
                  'the first has the e-mail, and only who opted out has opted out');
select is(counters(), '{"active": 3}', 'counted');
select is(refusals(), '{"already_enrolled": 2}', 'both refusals are');

-- and the e-mail of somebody else: an unknown phone beside it names that person
select make_lead('Dan', phone => '+12025550105', email => 'dan@example.com', campaign => null, is_active => false);
select is((select array_agg(e.lead_id order by e.ordinal) from drip.enroll_leads(the_client(), the_campaign(), '[
              {"phone": "+12025550102", "email": "dan@example.com"}, {"phone": "+12025550106", "email": "dan@example.com"}]') as e),
          array[the_lead('Bob'), the_lead('Dan')], 'Bob and Dan');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');

select * from finish();
rollback;
