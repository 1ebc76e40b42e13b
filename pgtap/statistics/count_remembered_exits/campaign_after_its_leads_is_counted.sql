-- A campaign whose row comes after leads that remember it (restored, or loaded in that order) starts with their exits.
begin;
select plan(5);

-- given
select make_client();
select make_campaign('Welcome', steps => 1);
select make_lead('Ann', at_position => 1);
select drip.opt_out(the_client(), the_lead('Ann'));
create temporary table gone as select c.* from drip.campaigns as c where c.id = the_campaign('Welcome');

-- when
delete from drip.campaigns as c where c.id = the_campaign('Welcome');
select make_campaign('Welcome', id => (select g.id from gone as g));

-- then
select is(counters(the_campaign('Welcome')), '{"opted_out": 1}', 'what its leads remember is counted');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'as a recount does');
delete from drip.leads as l where l.id = the_lead('Ann');
select is(counters(the_campaign('Welcome')), '{}', 'and goes with them');

-- A copy of another campaign's row does not bring that one's counters along.
insert into drip.campaigns (client_id, name, active_leads_count, booked_count) values (the_client(), 'Copy', 7, 3);
select is((select c.active_leads_count + c.booked_count from drip.campaigns as c where c.name = 'Copy' and c.client_id = the_client()),
          0, 'a new campaign starts at 0');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'still exact');

select * from finish();
rollback;
