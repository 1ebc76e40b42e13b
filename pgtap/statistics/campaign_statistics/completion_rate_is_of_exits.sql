-- Percent of the exits that completed; leads still in the campaign do not count, and without exits there is none.
begin;
select plan(3);

-- given
select make_client();
select make_campaign();
select make_leads(5);
select is((select s.completion_rate from drip.campaign_statistics as s where s.id = the_campaign()), null, 'no exits, no rate');

-- when
select make_lead('Ann', is_active => false, campaign_history => jsonb_build_array(
    make_entry(outcome => 'completed'), make_entry(outcome => 'completed'), make_entry(outcome => 'booked')));
select is((select s.completion_rate from drip.campaign_statistics as s where s.id = the_campaign()), 66.7, 'two of three');
select make_lead('Bob', is_active => false, campaign_history => jsonb_build_array(
    make_entry(outcome => 'opted_out'), make_entry(outcome => 'abandoned'), make_entry(outcome => 'campaign_deleted')));
select is((select s.completion_rate from drip.campaign_statistics as s where s.id = the_campaign()), 33.3, 'two of six');

select * from finish();
rollback;
