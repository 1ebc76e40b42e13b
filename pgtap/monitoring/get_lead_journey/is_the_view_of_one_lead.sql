-- One lead's journey, for whoever may read no table.
begin;
select plan(5);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign();
select make_lead('Bob');
select make_lead('Ann', at_position => 2);
update drip.leads as l set campaign_history = jsonb_build_array(make_entry()) where l.id = the_lead('Ann');

-- then
select results_eq(
    $$select j.* from drip.get_lead_journey(the_lead('Ann')) as j$$,
    $$select j.id, j.client_id, j.first_name, j.last_name, j.stay, j.campaign_id, j.campaign_name, j.enrolled_at,
             j.completed_at, j.messages_received, j.outcome, j.value
        from drip.lead_journey as j where j.id = the_lead('Ann') order by j.stay$$,
    'its rows, and nobody else''s');
select is((select count(*) from drip.get_lead_journey(the_lead('Ann'), the_client('Acme'))), 2::bigint, 'asked with its client');
select is(
    sqlstate_of($$select drip.get_lead_journey(the_lead('Ann'), the_client('Other'))$$), 'DR003', 'with another client');
select is(sqlstate_of('select drip.get_lead_journey(gen_random_uuid())'), 'DR003', 'a lead that nobody has');
select is(
    as_role('drip_api', $$select count(*) from drip.get_lead_journey(the_lead('Ann'))$$), '2', 'drip_api may ask');

select * from finish();
rollback;
