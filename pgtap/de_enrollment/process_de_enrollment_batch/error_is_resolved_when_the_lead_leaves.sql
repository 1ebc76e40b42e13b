-- Once mended, the lead leaves with the next batch and its error is closed; a later failure opens another.
begin;
select plan(6);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select poison();
select make_run();
select is(process(array[the_lead()], at => '2026-01-01 00:00+00'), '{"failed": 1}', 'it fails');

-- when
select cure();
select is(process(array[the_lead()], at => '2026-01-01 01:00+00'), '{"processed": 1, "completed": 1}', 'mended, it leaves');

-- then
select is((select e.resolved_at from drip.de_enrollment_errors as e where e.lead_id = the_lead()),
          '2026-01-01 01:00+00'::timestamptz, 'the error is resolved at that moment');
select is(stuck_reason(), null, 'the lead is stuck no more');

-- and once more
update drip.leads as l set is_active = true where l.id = the_lead();
select poison();
select is(process(array[the_lead()], at => '2026-01-02 00:00+00'), '{"failed": 1}', 'a later stay fails again');
select results_eq(
    $$select e.attempts, e.resolved_at is null from drip.de_enrollment_errors as e where e.lead_id = the_lead() order by e.id$$,
    $$values (1, false), (1, true)$$,
    'as a new error that counts from 1; the old one stays resolved');

select * from finish();
rollback;
