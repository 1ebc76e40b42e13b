-- A lead that failed does not come before its pause is over.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('sound', at_position => 1);
select make_lead('poisoned', at_position => 1);
select poison();
select make_run();
select process(array[the_lead('poisoned')], at => '2026-01-01 12:00+00');

-- then
select is(array(select g.id from drip.get_leads_for_de_enrollment(the_client(), p_now => '2026-01-01 12:04:59.999+00') as g),
          array[the_lead('sound')], 'within the five minutes only the other comes');
select set_eq($$select g.id from drip.get_leads_for_de_enrollment(the_client(), p_now => '2026-01-01 12:05+00') as g$$,
              $$values (the_lead('sound')), (the_lead('poisoned'))$$, 'after five minutes it comes again');
update drip.de_enrollment_errors as e set resolved_at = now() where e.lead_id = the_lead('poisoned');
select set_eq($$select g.id from drip.get_leads_for_de_enrollment(the_client(), p_now => '2026-01-01 12:00+00') as g$$,
              $$values (the_lead('sound')), (the_lead('poisoned'))$$, 'a resolved error does not pause');

select * from finish();
rollback;
