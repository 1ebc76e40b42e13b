-- One row per lead: how often it left a campaign booked and what that was worth; a client's total is their sum.
begin;
select plan(6);

-- given
select make_client('Beta');
select make_campaign('Theirs');
select make_lead('theirs');
select drip.record_booking(the_client(), the_lead(), 1000);
select make_client('Acme');
select make_campaign('First');
select make_lead('Ann', phone => '+12025550101');
select drip.record_booking(the_client(), the_lead('Ann'), 99.90);
select make_campaign('Second');
select enroll('{"phone": "+12025550101"}');
select drip.record_booking(the_client(), the_lead('Ann'), 0.15);
select make_lead('no value');
select drip.record_booking(the_client(), the_lead('no value'));
select make_lead('completed', is_active => false, campaign_history => jsonb_build_array(make_entry()));
select make_lead('new');
select make_lead('booked and opted out', opted_out => true);
select drip.record_booking(the_client(), the_lead('booked and opted out'), 7);
select make_lead('in no campaign', campaign => null, is_active => false);
select drip.record_booking(the_client(), the_lead('in no campaign'), 5);

-- then
select results_eq(
    $$select v.id, v.first_name, v.last_name, v.bookings, v.value from drip.lead_lifetime_value as v
       where v.client_id = the_client() order by v.first_name collate "C"$$,
    $$values (the_lead('Ann'), 'Ann', 'Lead', 2, 100.05), (the_lead('booked and opted out'), 'booked and opted out', 'Lead', 1, 7),
             (the_lead('completed'), 'completed', 'Lead', 0, 0), (the_lead('in no campaign'), 'in no campaign', 'Lead', 0, 0),
             (the_lead('new'), 'new', 'Lead', 0, 0), (the_lead('no value'), 'no value', 'Lead', 1, 0)$$, 'a row each');
select is((select sum(v.value) from drip.lead_lifetime_value as v where v.client_id = the_client()), 107.05, 'the client''s total');
delete from drip.campaigns as c where c.id = the_campaign('First');
select is((select v.value from drip.lead_lifetime_value as v where v.id = the_lead('Ann')), 100.05, 'it outlives the campaign');
update drip.leads as l
   set campaign_history = jsonb_build_array(make_entry(outcome => 'booked') || '{"value": "a lot"}', make_entry(outcome => 'booked') || '{"value": null}')
 where l.id = the_lead('Ann');
select results_eq($$select v.bookings, v.value from drip.lead_lifetime_value as v where v.id = the_lead('Ann')$$, 'values (2, 0::numeric)',
                  'a value that is no number is worth nothing, and breaks nothing');
select is(as_role('drip_readonly', 'select sum(v.value) from drip.lead_lifetime_value as v where v.client_id = the_client()'), '7', 'drip_readonly sees it');
select is(as_role('drip_readonly', format('select count(*) from (select set_config(''drip.client_id'', %L, true)) as s, drip.lead_lifetime_value as v', the_client('Beta'))),
          '1', 'or only one client''s');

select * from finish();
rollback;
