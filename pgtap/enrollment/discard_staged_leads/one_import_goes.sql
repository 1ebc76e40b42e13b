-- What one import left is removed, another's stays.
begin;
select plan(4);

-- given
select stage('00000000-0000-4000-8000-000000000001', n, '{"phone": "+12025550101"}') from generate_series(2, 4) as n (n);
select stage('00000000-0000-4000-8000-000000000002', 2, '{"phone": "+12025550101"}');

-- then
select is(drip_internal.discard_staged_leads('00000000-0000-4000-8000-000000000001'), 3::bigint, 'three rows');
select results_eq('select s.import_id from drip_internal.staged_leads as s', $$values ('00000000-0000-4000-8000-000000000002'::uuid)$$, 'the other''s stays');
select is(drip_internal.discard_staged_leads('00000000-0000-4000-8000-000000000001'), 0::bigint, 'again: none');
select is(drip_internal.discard_staged_leads(null), 0::bigint, 'no import, none');

select * from finish();
rollback;
