-- A lead that was due when it was looked up is judged again: what changed since counts.
begin;
select plan(7);

-- given
select make_client();
select make_campaign(steps => 2);
select make_lead('moved back', at_position => 2);
select make_lead('came back', at_position => 1, opted_out => true);
select make_lead('left', at_position => 2);
select make_lead('done', at_position => 2);
create temporary table claim on commit drop as
select array(select g.id from drip.get_leads_for_de_enrollment(the_client()) as g) as lead_ids;
select is((select cardinality(c.lead_ids) from claim as c), 4, 'four are due');

-- when
update drip.leads as l set current_message_position = 1 where l.id = the_lead('moved back');
update drip.leads as l set opted_out = false where l.id = the_lead('came back');
select drip.de_enroll_lead(the_client(), the_lead('left'));
select make_run();
select is(process((select c.lead_ids from claim as c)), '{"processed": 1, "completed": 1, "skipped": 3}', 'one still is');

-- then
select is(outcomes(the_lead('moved back')), array[]::text[], 'who was moved back stays');
select is(outcomes(the_lead('came back')), array[]::text[], 'who came back stays');
select is(outcomes(the_lead('left')), array['completed'], 'who left meanwhile left once');
select is(outcomes(the_lead('done')), array['completed'], 'the one that is due left');
select is(run_counts(), '{"processed": 1, "completed": 1, "skipped": 3, "batches": 1}', 'the run counts the three as skipped');

select * from finish();
rollback;
