-- The end of a run folds its client's counters, and nobody else's.
begin;
select plan(6);

-- given
select make_client('Other');
select make_campaign('Theirs');
select make_lead('theirs');
select make_client('Acme');
select make_campaign('Ours', steps => 1);
select make_lead('ours', at_position => 1);
select make_run();
select process(array[the_lead('ours')]);
select is(folded_counters(the_campaign('Ours')), '{}', 'before, nothing is folded');

-- when
select is(drip.finish_de_enrollment_run(the_run()), 'succeeded', 'the run ends');

-- then
select is(folded_counters(the_campaign('Ours')), '{"completed": 1}', 'our campaign has its counters');
select is(pending_deltas(the_campaign('Ours')), 0::bigint, 'nothing is pending');
select is(folded_counters(the_campaign('Theirs')), '{}', 'theirs wait for their own fold');
select is(pending_deltas(the_campaign('Theirs')), 1::bigint, 'in the ledger');

select * from finish();
rollback;
