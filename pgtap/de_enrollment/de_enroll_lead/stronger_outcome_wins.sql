-- What the lead's own row says beats a weaker outcome that is given: all 5 x 5.
begin;
select plan(2);

-- given
select make_client();
create temporary table tried on commit drop as
select s.state, o.outcome, s.strength as state_strength, o.strength as outcome_strength,
       make_lead(s.state || '/' || o.outcome,
                 campaign => make_campaign(s.state || '/' || o.outcome, is_active => s.state <> 'campaign_deleted'),
                 at_position => case s.state when 'completed' then 3 else 1 end,
                 opted_out => s.state = 'opted_out',
                 booked_at => case s.state when 'booked' then now() end) as lead_id
  from unnest(array['opted_out', 'booked', 'campaign_deleted', 'completed', 'in progress']) with ordinality as s (state, strength)
 cross join unnest(array['opted_out', 'booked', 'campaign_deleted', 'completed', 'abandoned']) with ordinality as o (outcome, strength);

-- when
select is((select count(*)::integer from tried as t where drip.de_enroll_lead(the_client(), t.lead_id, t.outcome)), 25, 'all 25 leave');

-- then
select results_eq(
    $$select t.state, t.outcome, outcomes(t.lead_id) from tried as t order by 1, 2$$,
    $$select t.state, t.outcome, array[case when t.state_strength < t.outcome_strength then t.state else t.outcome end]
        from tried as t order by 1, 2$$,
    'each with the stronger of its state and what was given');

select * from finish();
rollback;
