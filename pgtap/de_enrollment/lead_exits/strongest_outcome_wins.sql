-- Of everything that holds for a lead, the strongest decides: opted out, booked, campaign deleted, completed.
begin;
select plan(2);

-- given
select make_client();
select make_every_state();

-- then
select results_eq(
    $$select s.campaign, s.at_position, s.opted_out, s.has_booked, x.outcome
        from every_state as s
        join drip_internal.lead_exits as x on x.id = s.lead_id
       order by 1, 2, 3, 4$$,
    $$select k.campaign, k.at_position, o.opted_out, b.has_booked,
             case when o.opted_out then 'opted_out' when b.has_booked then 'booked' else k.outcome end
        from (values
             ('active', 0, null), ('active', 2, null), ('active', 3, 'completed'), ('active', 7, 'completed'),
             ('paused', 0, null), ('paused', 2, null), ('paused', 3, 'completed'), ('paused', 7, 'completed'),
             ('empty', 0, null), ('empty', 2, null), ('empty', 3, null), ('empty', 7, null),
             ('retired', 0, 'campaign_deleted'), ('retired', 2, 'campaign_deleted'),
             ('retired', 3, 'campaign_deleted'), ('retired', 7, 'campaign_deleted'),
             ('retired empty', 0, 'campaign_deleted'), ('retired empty', 2, 'campaign_deleted'),
             ('retired empty', 3, 'campaign_deleted'), ('retired empty', 7, 'campaign_deleted'),
             ('none', 0, 'campaign_deleted'), ('none', 2, 'campaign_deleted'),
             ('none', 3, 'campaign_deleted'), ('none', 7, 'campaign_deleted')) as k (campaign, at_position, outcome)
       cross join (values (false), (true)) as o (opted_out)
       cross join (values (false), (true)) as b (has_booked)
       order by 1, 2, 3, 4$$,
    'each state has the outcome of its strongest reason');
select is((select count(*)::integer from drip_internal.lead_exits as x where x.client_id = the_client()), 96,
          'every active lead is judged, once, and no inactive one');

select * from finish();
rollback;
