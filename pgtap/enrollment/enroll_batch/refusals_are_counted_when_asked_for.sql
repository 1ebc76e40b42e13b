-- Calls count refusals, imports do not; what happens to the leads is the same.
begin;
select plan(5);

-- given
select make_client();
select make_campaign();
create function pg_temp.batch(counts boolean) returns jsonb language sql as $$
    select jsonb_object_agg(b.line, b.result)
      from drip_internal.enroll_batch(tap.the_client(), tap.the_campaign(),
           array[jsonb_populate_record(null::drip_internal.staged_leads, '{"line": 5, "phone": "+12025550101"}'),
                 jsonb_populate_record(null::drip_internal.staged_leads, '{"line": 6, "phone": "+12025550101"}'),
                 jsonb_populate_record(null::drip_internal.staged_leads, '{"line": 7, "phone": "none"}')], false, counts, now()) as b
$$;

-- then
select is(pg_temp.batch(false), '{"5": "enrolled", "6": "already_enrolled", "7": "invalid"}', 'not counted');
select is(refusals(), '{}', 'none');
select is(pg_temp.batch(true), '{"5": "already_enrolled", "6": "already_enrolled", "7": "invalid"}', 'counted');
select is(refusals(), '{"already_enrolled": 2}', 'two; what is invalid is no refusal');
select throws_ok($$select drip_internal.enroll_batch(the_client(), gen_random_uuid(), '{}', false, true, now())$$, 'DR002', null, 'an unknown campaign');

select * from finish();
rollback;
