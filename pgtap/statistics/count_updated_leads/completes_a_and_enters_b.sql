-- A lead that completes A and enters B stays counted in A.
begin;
select plan(3);

-- given
select make_client();
select make_campaign('A', steps => 1);
select make_campaign('B');
select make_lead(campaign => the_campaign('A'), at_position => 1);

-- when
select sweep();
update drip.leads as l set campaign_link_id = the_campaign('B'), is_active = true, current_message_position = 0, enrolled_at = now()
 where l.id = the_lead();

-- then
select is(counters(the_campaign('A')), '{"completed": 1}', 'A counts its exit');
select is(counters(the_campaign('B')), '{"active": 1}', 'B its entry');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'a recount finds the same');

select * from finish();
rollback;
