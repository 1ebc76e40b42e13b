-- A warning while a lead's exit raises an error; partial runs are a warning only as long.
begin;
select plan(8);

-- given
select start_empty();
select make_client();
select make_campaign(steps => 1);
select make_lead('poisoned', at_position => 1);
select poison();
select make_lead('sound', at_position => 1);
select sweep();

-- then
select is(run_status(), 'partial', 'the sweep was partial');
select is(health('failing_leads'), 'warning 1', 'one fails');
select is(health('stuck_leads'), 'warning 1', 'so it is stuck');
select is(health('partial_runs'), 'warning 1', 'a partial run with somebody failing');
select is(health('due_leads'), 'ok 0', 'a failing lead is not just due');
select cure(the_lead('poisoned'));
select drip.fix_stuck_leads(the_client());
select is(health('failing_leads'), 'ok 0', 'mended, nobody fails');
select is(health('stuck_leads'), 'ok 0', 'nobody is stuck');
select is(health('partial_runs'), 'ok 1', 'the partial run is history');

select * from finish();
rollback;
