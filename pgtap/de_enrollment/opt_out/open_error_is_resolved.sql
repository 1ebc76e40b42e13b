-- A lead that failed and now leaves by itself is failing no more.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select poison();
select make_run();
select process(array[the_lead()]);
select cure();
select is(stuck_reason(), 'failing', 'it is failing');

-- when
select is(drip.opt_out(the_client(), the_lead(), now()), true, 'it opts out');

-- then
select is((select e.resolved_at from drip.de_enrollment_errors as e where e.lead_id = the_lead()), now(), 'its error is resolved');
select is(stuck_reason(), null, 'it is stuck no more');

select * from finish();
rollback;
