-- A skipped lead has not left, so its error is not resolved.
begin;
select plan(2);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select poison();
select make_run();
select process(array[the_lead()]);
select cure();
update drip.leads as l set current_message_position = 0 where l.id = the_lead();

-- when
select is(process(array[the_lead()]), '{"skipped": 1}', 'no longer due, it is skipped');

-- then
select is((select e.resolved_at from drip.de_enrollment_errors as e where e.lead_id = the_lead()), null, 'its error stays open');

select * from finish();
rollback;
