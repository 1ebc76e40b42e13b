-- The first line of a person stays, and gets the opt-out and the earliest booking of the others.
begin;
select plan(5);

-- given
select make_client();
select stage('00000000-0000-4000-8000-000000000001', 2, '{"phone": "+12025550101", "email": "ada@example.com"}');
select stage('00000000-0000-4000-8000-000000000001', 3, '{"phone": "+12025550102"}');
select stage('00000000-0000-4000-8000-000000000001', 4, '{"phone": "+12025550101", "opted_out": true, "booked_at": "2026-02-01T00:00:00Z"}');
select stage('00000000-0000-4000-8000-000000000001', 6, '{"email": "ADA@example.com", "opted_out": false, "booked_at": "2026-01-01T00:00:00Z"}');
select stage('00000000-0000-4000-8000-000000000002', 9, '{"phone": "+12025550101"}');

-- then
select results_eq($$select d.line, d.first_line from drip_internal.drop_duplicate_staged_leads(the_client(), '00000000-0000-4000-8000-000000000001') as d order by d.line$$,
                  'values (4::bigint, 2::bigint), (6, 2)', 'two lines of the first person');
select results_eq($$select s.line, s.opted_out, s.booked_at from drip_internal.staged_leads as s where s.import_id = '00000000-0000-4000-8000-000000000001' order by s.line$$,
                  $$values (2::bigint, true, '2026-01-01 00:00+00'::timestamptz), (3, null, null)$$, 'what they said is kept');
select is((select count(*) from drip_internal.staged_leads as s where s.import_id = '00000000-0000-4000-8000-000000000002'), 1::bigint, 'another import is another');
select is_empty($$select from drip_internal.drop_duplicate_staged_leads(the_client(), '00000000-0000-4000-8000-000000000001')$$, 'again: none');
select is_empty($$select from drip_internal.drop_duplicate_staged_leads(the_client(), '00000000-0000-4000-8000-00000000000f')$$, 'an unknown import: none');

select * from finish();
rollback;
