-- One DELETE of several campaigns takes the leads of each out once.
begin;
select plan(3);

-- given
select make_client();
select make_campaign('A');
select make_lead('a');
select make_campaign('B');
select make_lead('b');
select make_campaign('C');
select make_lead('c');

-- when
select lives_ok($$delete from drip.campaigns as c where c.client_id = the_client()$$, 'three campaigns are deleted');

-- then
select results_eq(
    $$select l.first_name, l.is_active, outcomes(l.id), l.campaign_history #>> '{0,campaignName}'
        from drip.leads as l where l.client_id = the_client() order by 1$$,
    $$values ('a', false, array['campaign_deleted'], 'A'), ('b', false, array['campaign_deleted'], 'B'), ('c', false, array['campaign_deleted'], 'C')$$,
    'each lead left its own');
select is_empty($$select from drip_internal.campaign_stat_deltas as d where d.client_id = the_client()$$, 'the ledger is empty');

select * from finish();
rollback;
