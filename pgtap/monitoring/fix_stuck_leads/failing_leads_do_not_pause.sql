-- Who calls it has mended the cause: failing leads are tried again at once.
begin;
select plan(5);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('mended', at_position => 1);
select poison();
select make_lead('still broken', at_position => 1);
select poison();
select make_run();
select process(array[the_lead('mended'), the_lead('still broken')], at => '2026-01-01 00:00+00');
select cure(the_lead('mended'));

-- when
select results_eq(
    $$select f.reason, f.outcome, f.leads, f.fixed, f.advice from drip.fix_stuck_leads(the_client(), p_now => '2026-01-01 00:01+00') as f$$,
    $$values ('failing', 'completed', 2::bigint, 1::bigint, 'Its exit raised an error: see error_message, mend the cause, then drip.fix_stuck_leads(client_id).')$$,
    'within the pause one of two is fixed');

-- then
select is(outcomes(the_lead('mended')), array['completed'], 'the mended one left');
select is((select e.resolved_at from drip.de_enrollment_errors as e where e.lead_id = the_lead('mended')), '2026-01-01 00:01+00'::timestamptz,
          'its error is resolved');
select is((select e.attempts from drip.de_enrollment_errors as e where e.lead_id = the_lead('still broken')), 2, 'the other failed once more');
select is((select r.status from drip.de_enrollment_runs as r where r.client_id = the_client() and r.id <> the_run()), 'partial', 'the run was partial');

select * from finish();
rollback;
