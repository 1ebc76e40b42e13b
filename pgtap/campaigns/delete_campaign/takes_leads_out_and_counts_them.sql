-- The row goes, its active leads leave first, and their number comes back.
begin;
select plan(9);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign('Kept');
select make_lead('elsewhere');
select make_campaign('Deleted');
select make_lead('new');
select make_lead('booked', booked_at => now());
select make_lead('left', is_active => false);

-- then
select is(sqlstate_of($$select drip.delete_campaign(the_client('Other'), the_campaign())$$), 'DR002', 'another client''s is refused');
select is(sqlstate_of($$select drip.delete_campaign(gen_random_uuid(), the_campaign())$$), 'DR001', 'so is an unknown client');
select is(drip.delete_campaign(the_client(), the_campaign()), 2::bigint, 'two leads left');
select results_eq(
    $$select l.first_name, l.is_active, l.campaign_link_id is null, outcomes(l.id) from drip.leads as l where l.client_id = the_client() order by 1$$,
    $$values ('booked', false, true, array['booked']), ('elsewhere', true, false, '{}'), ('left', false, true, '{}'),
             ('new', false, true, array['campaign_deleted'])$$,
    'each with its outcome');
select is((select count(*) from drip.campaigns as c where c.client_id = the_client()), 1::bigint, 'the other campaign is there');
select is(sqlstate_of($$select drip.delete_campaign(the_client(), the_campaign())$$), 'DR002', 'a second time there is none');
select is(drip.delete_campaign(the_client(), the_campaign('Kept')), 1::bigint, 'the other one goes the same way');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'nothing is counted wrong');
select is(drip.delete_campaign(the_client(), (drip.create_campaign(the_client(), '{"name": "Empty"}') ->> 'id')::uuid), 0::bigint, 'one without leads');

select * from finish();
rollback;
