-- Two in a household with one e-mail: who is known by their own phone is nobody's duplicate, and keeps their opt-out.
begin;
select plan(3);

-- given
select make_client();
select make_campaign();
select make_lead('Bob', phone => '+12025550102');
select stage('00000000-0000-4000-8000-000000000001', 2, '{"phone": "+12025550101", "email": "home@example.com"}');
select stage('00000000-0000-4000-8000-000000000001', 3, '{"phone": "+12025550102", "email": "home@example.com", "opted_out": true}');
select stage('00000000-0000-4000-8000-000000000001', 4, '{"phone": "+12025550103", "email": "home@example.com"}');

-- then
select results_eq($$select d.line, d.first_line from drip_internal.drop_duplicate_staged_leads(the_client(), '00000000-0000-4000-8000-000000000001') as d$$,
                  'values (4::bigint, 2::bigint)', 'a stranger is a duplicate, Bob is not');
select is((select s.opted_out from drip_internal.staged_leads as s where s.line = 2 and s.import_id = '00000000-0000-4000-8000-000000000001'), null, 'his opt-out is not the other''s');

-- and
select is_empty($$select from drip_internal.drop_duplicate_staged_leads(the_client(), '00000000-0000-4000-8000-000000000001')$$, 'again: none');

select * from finish();
rollback;
