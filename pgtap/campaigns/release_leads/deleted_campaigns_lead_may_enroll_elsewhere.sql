-- Who lost a campaign can be enrolled in another, and both stays are in the history.
begin;
select plan(3);

-- given
select make_client();
select make_campaign('First');
select make_lead();
delete from drip.campaigns as c where c.id = the_campaign();
select make_campaign('Second', steps => 1);

-- when
update drip.leads as l set campaign_link_id = the_campaign(), is_active = true, current_message_position = 1, enrolled_at = now()
 where l.id = the_lead();
select is(counters(), '{"active": 1}', 'it is counted where it enrolled');
select sweep();

-- then
select is(outcomes(), array['campaign_deleted', 'completed'], 'both stays are in the history');
select is(counters(), '{"completed": 1}', 'the second campaign counts one completed');

select * from finish();
rollback;
