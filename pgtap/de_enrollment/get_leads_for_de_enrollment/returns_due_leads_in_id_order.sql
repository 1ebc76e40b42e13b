-- The leads that are to leave, in id order, with their campaign, position and outcome.
begin;
select plan(3);

-- given
select make_client();
select make_campaign('Retired', steps => 9, is_active => false);
select make_lead('gone', at_position => 1, id => '00000000-0000-4000-8000-000000000004');
select make_campaign('Welcome', steps => 2);
select make_lead('out', opted_out => true, id => '00000000-0000-4000-8000-000000000002');
select make_lead('done', at_position => 2, id => '00000000-0000-4000-8000-000000000003');
select make_lead('booked', at_position => 1, booked_at => now(), id => '00000000-0000-4000-8000-000000000001');
select make_lead('in progress', at_position => 1, id => '00000000-0000-4000-8000-000000000000');
create temporary table before on commit drop as
select l.id, to_jsonb(l) as lead from drip.leads as l where l.client_id = the_client();

-- then
select results_eq(
    $$select g.id, g.campaign_id, g.campaign_name, g.current_message_position, g.outcome
        from drip.get_leads_for_de_enrollment(the_client()) as g$$,
    $$values (the_lead('booked'), the_campaign('Welcome'), 'Welcome', 1, 'booked'),
             (the_lead('out'), the_campaign('Welcome'), 'Welcome', 0, 'opted_out'),
             (the_lead('done'), the_campaign('Welcome'), 'Welcome', 2, 'completed'),
             (the_lead('gone'), the_campaign('Retired'), 'Retired', 1, 'campaign_deleted')$$,
    'every due lead in id order');
select is_empty($$select from before as b join drip.leads as l on l.id = b.id where to_jsonb(l) <> b.lead$$,
                'looking changes no lead');

-- twice
select is((select count(*)::integer from drip.get_leads_for_de_enrollment(the_client()) as g), 4,
          'the session that holds them gets them again');

select * from finish();
rollback;
