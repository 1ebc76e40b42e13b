-- A deleted lead takes itself and its history out of the counters.
begin;
select plan(7);

-- given
select make_client();
select make_campaign('A');
select make_campaign('B');
select make_lead('Ann', campaign => the_campaign('B'), campaign_history => jsonb_build_array(
    make_entry(the_campaign('A')), make_entry(the_campaign('A'), 'booked')));
select make_lead('Bob', campaign => the_campaign('B'));
select make_lead('Cid', campaign => the_campaign('A'), is_active => false, campaign_history => jsonb_build_array(make_entry(the_campaign('A'))));
select is(counters(the_campaign('A')), '{"completed": 2, "booked": 1}', 'before: A');
select is(counters(the_campaign('B')), '{"active": 2}', 'before: B');

-- when
delete from drip.leads as l where l.id = the_lead('Ann');

-- then
select is(counters(the_campaign('A')), '{"completed": 1}', 'A loses two exits');
select is(counters(the_campaign('B')), '{"active": 1}', 'B an active lead');
delete from drip.leads as l where l.client_id = the_client();
select is(counters(the_campaign('A')), '{}', 'all deleted: A counts nothing');
select is(counters(the_campaign('B')), '{}', 'nor does B');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'a recount finds the same');

select * from finish();
rollback;
