-- Batches in line order until nothing is left; bad rows are told, refusals are not counted, and the same file again changes nothing.
begin;
select plan(15);

-- given
select make_client();
select make_campaign();
create function pg_temp.stage_file() returns void language sql as $$
    select tap.stage('00000000-0000-4000-8000-000000000001', l.line, l.lead)
      from (values (2, '{"phone": "+12025550101", "first_name": "<b>Ada</b>", "current_message_position": 3}'::jsonb), (3, '{"phone": "none"}'),
                   (4, '{"phone": "+12025550102", "booked_at": "2026-01-01T00:00:00Z"}'), (5, '{"email": "cyd@example.com", "opted_out": true}')) as l (line, lead)
$$;
create function pg_temp.take(size integer) returns jsonb language sql as $$
    select jsonb_object_agg(b.line, b.result)
      from drip_internal.enroll_staged_leads(tap.the_client(), tap.the_campaign(), '00000000-0000-4000-8000-000000000001', size, false, '2026-02-01 00:00+00') as b
$$;
select pg_temp.stage_file();

-- then
select is(pg_temp.take(3), '{"2": "enrolled", "3": "invalid", "4": "enrolled"}', 'the first three');
select is((select count(*) from drip_internal.staged_leads as s), 1::bigint, 'which are not staged any more');
select is(pg_temp.take(3), '{"5": "enrolled"}', 'the last');
select is(pg_temp.take(3), null, 'none');
select results_eq($$select l.first_name, l.current_message_position, l.booked_at, l.opted_out, l.enrolled_at from drip.leads as l order by l.phone nulls last$$,
                  $$values ('Ada', 3, null::timestamptz, false, '2026-02-01 00:00+00'::timestamptz), (null, 0, '2026-01-01 00:00+00', false, '2026-02-01 00:00+00'),
                           (null, 0, null, true, '2026-02-01 00:00+00')$$, 'with what the file says');
select sweep(the_client());
select is(counters(), '{"completed": 1, "booked": 1, "opted_out": 1}', 'a sweep takes them out');

-- twice
create temporary table before on commit drop as select l from drip.leads as l;
select pg_temp.stage_file();
select is(pg_temp.take(10), '{"2": "already_completed", "3": "invalid", "4": "already_completed", "5": "opted_out"}', 'the same file again: all are refused');
select set_eq('select l from drip.leads as l', 'select b.l from before as b', 'no row is touched');
select is(refusals(), '{}', 'refusals are not counted');
select is(counters(), '{"completed": 1, "booked": 1, "opted_out": 1}', 'nor anything else');

-- and what cannot be
select pg_temp.stage_file();
select throws_ok('select pg_temp.take(0)', 'DR005', null, 'no batch size');
select throws_ok('select pg_temp.take(10001)', 'DR005', null, 'too large a one');
select throws_ok($$select drip_internal.enroll_staged_leads(the_client(), gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 10, false, now())$$,
                 'DR002', null, 'an unknown campaign');
select throws_ok($$select drip_internal.enroll_staged_leads(the_client(), the_campaign(), '00000000-0000-4000-8000-000000000001', 10, false, 'infinity')$$,
                 'DR012', null, 'no point in time');
select is((select count(*) from drip_internal.staged_leads as s), 4::bigint, 'what was staged is still there');

select * from finish();
rollback;
