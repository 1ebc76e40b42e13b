-- Deleting a campaign takes its active leads out first; links become null, histories keep id and name.
begin;
select plan(7);

-- given
select make_client();
select make_campaign('Kept');
select make_lead('elsewhere');
select make_campaign('Deleted', steps => 2);
select make_lead('new', at_position => 1);
select make_lead('finished', at_position => 2);
select make_lead('booked', booked_at => now());
select make_lead('out', opted_out => true);
select make_lead('left before', is_active => false, campaign_history => jsonb_build_array(make_entry(the_campaign('Deleted'), 'abandoned', 'Deleted')));

-- when
select lives_ok($$delete from drip.campaigns as c where c.id = the_campaign('Deleted')$$, 'the campaign is deleted');

-- then
select results_eq(
    $$select l.first_name, l.is_active, l.campaign_link_id, outcomes(l.id), l.campaign_history #>> '{0,campaignId}', l.campaign_history #>> '{0,campaignName}'
        from drip.leads as l where l.client_id = the_client() and l.first_name <> 'elsewhere' order by 1$$,
    $$select n.name, false, null::uuid, array[n.outcome], the_campaign('Deleted')::text, 'Deleted'
        from (values ('booked', 'booked'), ('finished', 'campaign_deleted'), ('left before', 'abandoned'),
                     ('new', 'campaign_deleted'), ('out', 'opted_out')) as n (name, outcome) order by 1$$,
    'all are out, unlinked, each with one entry that names the campaign');
select is((select l.campaign_history #>> '{0,messagesReceived}' from drip.leads as l where l.id = the_lead('new')), '1', 'and says how far it got');
select results_eq($$select l.is_active, l.campaign_link_id, l.campaign_history from drip.leads as l where l.id = the_lead('elsewhere')$$,
                  $$values (true, the_campaign('Kept'), '[]'::jsonb)$$, 'a lead of another campaign stays');
select is(pending_deltas(the_campaign('Deleted')), 0::bigint, 'the ledger holds nothing for the deleted campaign');
select is(counters(the_campaign('Kept')), '{"active": 1}', 'the other campaign counts as before');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'as does a recount');

select * from finish();
rollback;
