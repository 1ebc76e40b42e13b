-- The reason says why a lead is stuck while it is still here; none for one in progress.
begin;
select plan(2);

-- given
select make_client();
select make_every_state();

-- then
select results_eq(
    $$select distinct s.campaign, s.at_position >= 3, x.reason
        from every_state as s
        join drip_internal.lead_exits as x on x.id = s.lead_id
       where not s.opted_out and not s.has_booked
       order by 1, 2$$,
    $$values ('active', false, null), ('active', true, 'completed_sequence'),
             ('empty', false, 'empty_campaign'), ('empty', true, 'empty_campaign'),
             ('none', false, 'campaign_missing'), ('none', true, 'campaign_missing'),
             ('paused', false, null), ('paused', true, 'completed_sequence'),
             ('retired', false, 'campaign_inactive'), ('retired', true, 'campaign_inactive'),
             ('retired empty', false, 'campaign_inactive'), ('retired empty', true, 'campaign_inactive')$$,
    'each kind of campaign has its reason');
select results_eq(
    $$select distinct s.opted_out, s.has_booked, x.reason
        from every_state as s
        join drip_internal.lead_exits as x on x.id = s.lead_id
       where s.opted_out or s.has_booked
       order by 1, 2$$,
    $$values (false, true, 'booked_active'), (true, false, 'opted_out_active'), (true, true, 'opted_out_active')$$,
    'an opt-out or a booking is the reason whatever the campaign');

select * from finish();
rollback;
