-- drip_readonly reads all views and the tables under them, of all clients.
begin;
select plan(5);

-- given
select make_client('Other');
select make_campaign('Theirs', steps => 1);
select make_lead('theirs', at_position => 1);
select make_client('Acme');
select make_campaign('Ours', steps => 1);
select make_lead('ours', at_position => 1);

-- then
select is_empty(
    $$select r.relname from pg_class as r
       where r.relnamespace = 'drip'::regnamespace and r.relkind = 'v'
         and as_role('drip_readonly', format('select count(*)::text ~ ''^\d+$'' from drip.%I', r.relname)) <> 'true'$$,
    'no view is refused');
select is((select count(*)::integer from pg_class as r where r.relnamespace = 'drip'::regnamespace and r.relkind = 'v'), 7,
          'of seven');
select is(as_role('drip_readonly', $$select count(*) from drip.stuck_leads as s where s.client_id in (the_client('Acme'), the_client('Other'))$$),
          '2', 'stuck leads of both clients');
select is(as_role('drip_readonly', $$select count(*) from drip.campaign_statistics as s where s.client_id in (the_client('Acme'), the_client('Other'))$$),
          '2', 'statistics of both');
select is(as_role('drip_readonly', $$select sum(s.active_leads_count) from drip.campaign_statistics as s where s.client_id in (the_client('Acme'), the_client('Other'))$$),
          '2', 'exact, the ledger included');

select * from finish();
rollback;
