-- An ordinary refusal is a result with the lead's id, is counted, and changes nothing about who is in which campaign.
begin;
select plan(12);

-- given
select make_client();
select make_campaign('Other');
select make_lead('elsewhere', phone => '+12025550101');
select make_campaign('Retired', is_active => false);
select make_campaign('Welcome');
select make_lead('inside', phone => '+12025550102');
select make_lead('done', phone => '+12025550103', is_active => false, campaign_history => jsonb_build_array(make_entry()));
select make_lead('out', phone => '+12025550104', is_active => false, opted_out => true, campaign => null);
select make_lead('free', phone => '+12025550105', is_active => false, campaign => null);
create temporary table before on commit drop as select l from drip.leads as l;

-- then
select is(enroll(jsonb_build_object('phone', r.phone), the_campaign(r.campaign)), r.result, r.result)
  from (values ('Welcome', '+12025550102', 'already_enrolled'), ('Welcome', '+12025550103', 'already_completed'),
               ('Welcome', '+12025550104', 'opted_out'), ('Retired', '+12025550105', 'campaign_inactive'),
               ('Welcome', '+12025550101', 'in_another_campaign')) as r (campaign, phone, result);
select results_eq('select l from drip.leads as l order by l.id', 'select b.l from before as b order by (b.l).id', 'no row changed');
select is((select e.lead_id from drip.enroll_lead(the_client(), the_campaign(), '{"phone": "+12025550104"}') as e), the_lead('out'),
          'a refusal tells the lead''s id');
select is(counters(), '{"active": 1, "completed": 1}', 'Welcome counts whom it counted');
select is(counters(the_campaign('Retired')), '{}', 'Retired counts nobody');
select is(counters(the_campaign('Other')), '{"active": 1}', 'Other keeps its lead');
select is(refusals(), '{"already_enrolled": 1, "already_completed": 1, "opted_out": 2, "in_another_campaign": 1}', 'each refusal is counted');
select is(refusals(the_campaign('Retired')), '{"campaign_inactive": 1}', 'where it was refused');

select * from finish();
rollback;
