-- With drip.client_id set, every table and view shows that client alone.
begin;
select plan(7);

-- given
select start_empty();
select make_client('Other');
select make_campaign('Theirs', steps => 1);
select make_lead('theirs', at_position => 1);
select make_lead('theirs too', at_position => 1, campaign_history => jsonb_build_array(make_entry()));
select poison();
select sweep();
select make_client('Acme');
select make_campaign('Ours', steps => 1);
select make_lead('ours', at_position => 1);
select poison();
select make_lead('ours too', campaign_history => jsonb_build_array(make_entry()));
select sweep();
select make_lead('ours three');
select make_run('fleet', client => null);
create function pg_temp.seen(what text) returns text language sql as
$$select as_role('drip_readonly', 'select count(*) from ' || what)$$;
create temporary table counted on commit drop as
select w.what, pg_temp.seen(w.what) as by_all
  from (values ('drip.clients'), ('drip.campaigns'), ('drip.leads'), ('drip.de_enrollment_runs'), ('drip.de_enrollment_errors'),
               ('drip.stuck_leads'), ('drip.lead_journey'), ('drip.campaign_statistics'), ('drip_internal.campaign_stat_deltas'),
               ('drip_internal.due_leads'), ('drip_internal.lead_exits')) as w (what);

-- then
select results_eq(
    'select c.what, c.by_all from counted as c order by 1',
    $$values ('drip.campaign_statistics', '2'), ('drip.campaigns', '2'), ('drip.clients', '2'), ('drip.de_enrollment_errors', '2'),
             ('drip.de_enrollment_runs', '3'), ('drip.lead_journey', '7'), ('drip.leads', '5'), ('drip.stuck_leads', '2'),
             ('drip_internal.campaign_stat_deltas', '1'), ('drip_internal.due_leads', '2'), ('drip_internal.lead_exits', '4')$$,
    'without the setting all rows are seen');
select set_config('drip.client_id', the_client('Acme')::text, true);
select results_eq(
    'select c.what, pg_temp.seen(c.what) from counted as c order by 1',
    $$values ('drip.campaign_statistics', '1'), ('drip.campaigns', '1'), ('drip.clients', '1'), ('drip.de_enrollment_errors', '1'),
             ('drip.de_enrollment_runs', '1'), ('drip.lead_journey', '4'), ('drip.leads', '3'), ('drip.stuck_leads', '1'),
             ('drip_internal.campaign_stat_deltas', '1'), ('drip_internal.due_leads', '1'), ('drip_internal.lead_exits', '3')$$,
    'with it, Acme''s; the fleet''s run is nobody''s');
select set_config('drip.client_id', the_client('Other')::text, true);
select is(pg_temp.seen('drip.leads'), '2', 'with the other''s id, theirs');
select is(pg_temp.seen('drip_internal.campaign_stat_deltas'), '0', 'of the ledger too');
select set_config('drip.client_id', '00000000-0000-0000-0000-000000000000', true);
select is(pg_temp.seen('drip.leads'), '0', 'with nobody''s, none');
select set_config('drip.client_id', 'no uuid', true);
select is(pg_temp.seen('drip.leads'), '22P02', 'with nonsense, an error');
select set_config('drip.client_id', '', true);
select is(pg_temp.seen('drip.leads'), '5', 'emptied, all again');

select * from finish();
rollback;
