-- The journey keeps campaigns that are deleted; a lead that was never in one has none.
begin;
select plan(2);

-- given
select make_client();
select make_lead('Bob', campaign => null, is_active => false);
select make_campaign('Gone');
select make_lead('Ann');
delete from drip.campaigns as c where c.id = the_campaign();

-- then
select results_eq($$select j.campaign_id, j.campaign_name, j.outcome from drip.lead_journey as j where j.id = the_lead('Ann')$$,
                  $$values (the_campaign()::text, 'Gone', 'campaign_deleted')$$, 'the deleted campaign is told by name');
select is_empty($$select from drip.lead_journey as j where j.id = the_lead('Bob')$$, 'no stay, no row');

select * from finish();
rollback;
