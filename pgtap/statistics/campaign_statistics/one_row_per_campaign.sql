-- Every campaign with the guide's columns, also one that nobody ever entered.
begin;
select plan(1);

-- given
select make_client();
select make_campaign('Webinar', campaign_type => 'webinar', is_paused => true, auto_discovered => true);
select make_campaign('Old', is_active => false, deactivated_at => '2026-01-01 00:00+00');

-- then
select results_eq(
    $$select s.id, s.name, s.campaign_type, s.is_active, s.is_paused, s.auto_discovered, s.active_leads_count::integer,
             s.completed_leads_count::integer, s.opted_out_count::integer, s.booked_count::integer, s.last_enrollment_at,
             s.deactivated_at, s.completion_rate
        from drip.campaign_statistics as s where s.client_id = the_client() order by s.name$$,
    $$values (the_campaign('Old'), 'Old', 'standard', false, false, false, 0, 0, 0, 0, null::timestamptz, '2026-01-01 00:00+00'::timestamptz, null::numeric),
             (the_campaign('Webinar'), 'Webinar', 'webinar', true, true, true, 0, 0, 0, 0, null, null, null)$$,
    'both are there, counting 0');

select * from finish();
rollback;
