-- reenroll_outcomes and reenroll_after_days: each where it is set, both where both are; the last stay counts.
begin;
select plan(17);

-- given
select make_client();
select make_campaign();
create function pg_temp.verdict(history jsonb, at timestamptz) returns text language plpgsql as $$
declare
    v_result text;
begin
    perform tap.make_lead('Back', campaign => null, is_active => false, phone => '+12025550101', campaign_history => history);
    v_result := tap.enroll('{"phone": "+12025550101"}', at => at);
    delete from drip.leads as l where l.id = tap.the_lead('Back');
    return v_result;
end $$;
create function pg_temp.left_as(variadic outcomes text[]) returns jsonb language sql as
$$select jsonb_agg(tap.make_entry(outcome => u.outcome, completed_at => '2026-01-0' || u.stay || 'T12:00:00.000Z') order by u.stay)
    from unnest(outcomes) with ordinality as u (outcome, stay)$$;

-- by outcome
select allow_reenrollment(array['completed', 'abandoned']);
select is(pg_temp.verdict(pg_temp.left_as('completed'), '2026-01-01 12:00+00'), 'enrolled', 'completed may come back, at once');
select is(pg_temp.verdict(pg_temp.left_as('abandoned'), '2026-01-01 12:00+00'), 'enrolled', 'so may abandoned');
select is(pg_temp.verdict(pg_temp.left_as('booked'), '2099-01-01 12:00+00'), 'already_completed', 'booked may not');
select is(pg_temp.verdict(pg_temp.left_as('completed', 'booked'), '2099-01-01 12:00+00'), 'already_completed', 'the last stay counts: booked');
select is(pg_temp.verdict(pg_temp.left_as('booked', 'completed'), '2026-01-03 12:00+00'), 'enrolled', 'the last stay counts: completed');

-- after so many days
select allow_reenrollment(after_days => 7);
select is(pg_temp.verdict(pg_temp.left_as('booked'), '2026-01-08 11:59:59.999+00'), 'already_completed', 'a moment before seven days');
select is(pg_temp.verdict(pg_temp.left_as('booked'), '2026-01-08 12:00+00'), 'enrolled', 'after seven days of 24 hours');
select is(pg_temp.verdict(pg_temp.left_as('booked', 'booked'), '2026-01-08 12:00+00'), 'already_completed', 'counted from the last stay''s end');
select allow_reenrollment(after_days => 0);
select is(pg_temp.verdict(pg_temp.left_as('completed'), '2026-01-01 12:00+00'), 'enrolled', 'none: at once');

-- both
select allow_reenrollment(array['completed'], 7);
select is(pg_temp.verdict(pg_temp.left_as('completed'), '2026-01-08 12:00+00'), 'enrolled', 'this outcome, and long enough ago');
select is(pg_temp.verdict(pg_temp.left_as('completed'), '2026-01-08 11:00+00'), 'already_completed', 'not long enough ago');
select is(pg_temp.verdict(pg_temp.left_as('booked'), '2026-01-08 12:00+00'), 'already_completed', 'another outcome');

-- an opt-out is stronger than any setting
select allow_reenrollment(array['opted_out']);
select is(pg_temp.verdict(pg_temp.left_as('opted_out'), '2026-02-01 12:00+00'), 'enrolled', 'opted out then, in again since');
select make_lead('Out', campaign => null, is_active => false, phone => '+12025550102', opted_out => true, campaign_history => pg_temp.left_as('opted_out'));
select is(enroll('{"phone": "+12025550102"}'), 'opted_out', 'opted out still');

-- what comes back is counted
select make_lead('Back', is_active => false, phone => '+12025550103', at_position => 3, completed_at => '2026-01-01 12:00+00',
                 campaign_history => pg_temp.left_as('opted_out'));
select is(enroll('{"phone": "+12025550103"}'), 'enrolled', 'comes back');
select results_eq($$select l.is_active, l.current_message_position, l.completed_at, jsonb_array_length(l.campaign_history) from drip.leads as l where l.phone = '+12025550103'$$,
                  $$values (true, 0, null::timestamptz, 1)$$, 'from the beginning, with its history');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');

select * from finish();
rollback;
