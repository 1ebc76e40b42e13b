-- A warning for leads that no sweep can take out; what waits for the next sweep is due, not stuck.
begin;
select plan(7);

-- given
select start_empty();
select make_client();
select make_campaign('Welcome', steps => 1);
select make_lead('waits', at_position => 1, updated_at => now() - interval '2 minutes');
select is(health('stuck_leads'), 'ok 0', 'before any sweep: due, not stuck');
select make_old_run('succeeded', finished_at => now() - interval '5 minutes');
select is(health('stuck_leads'), 'ok 0', 'due since the last sweep: ok');
select is(health('due_leads'), 'ok 1', 'it is due');

-- then
select make_lead('written without updated_at', at_position => 1, updated_at => now() - interval '10 minutes');
select is(health('stuck_leads'), 'ok 0', 'an old updated_at says nothing');
select is(health('due_leads'), 'ok 2', 'both are due');
select make_campaign('Empty', steps => 0);
select make_lead('never');
select is(health('stuck_leads'), 'warning 1', 'in an empty campaign: never leaves');
select is(health('due_leads'), 'ok 2', 'and is not due');

select * from finish();
rollback;
