-- Retired at p_now, once; the next sweep takes its leads out, and nothing brings it back.
begin;
select plan(10);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign(is_paused => true);
select make_lead(at_position => 1);

-- then
select is(drip.deactivate_campaign(the_client(), the_campaign(), '2031-05-04T12:00Z'), true, 'the first time');
select results_eq('select c.is_active, c.is_paused, c.deactivated_at from drip.campaigns as c where c.id = the_campaign()',
                  $$values (false, true, '2031-05-04T12:00Z'::timestamptz)$$, 'at the moment given, paused as before');
select is(drip.deactivate_campaign(the_client(), the_campaign()), false, 'the second time');
select is((select c.deactivated_at from drip.campaigns as c where c.id = the_campaign()), '2031-05-04T12:00Z', 'the moment stays');
select sweep();
select is(outcomes(), array['campaign_deleted'], 'its lead leaves with the next sweep');
select is(drip.resume_campaign(the_client(), the_campaign()), true, 'resuming it');
select is((select c.is_active from drip.campaigns as c where c.id = the_campaign()), false, 'does not bring it back');
select is(sqlstate_of($$select drip.deactivate_campaign(the_client('Other'), the_campaign())$$), 'DR002', 'another client''s is refused');
select is(sqlstate_of($$select drip.deactivate_campaign(gen_random_uuid(), the_campaign())$$), 'DR001', 'so is an unknown client');
select is(sqlstate_of($$select drip.deactivate_campaign(the_client(), the_campaign(), 'infinity')$$), 'DR012', 'and a moment that is none');

select * from finish();
rollback;
