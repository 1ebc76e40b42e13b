-- One row per active lead that should have left or never can, with its reason and outcome.
begin;
select plan(3);

-- given
select make_client();
select make_every_state();

-- then
select results_eq(
    $$select s.reason, s.outcome, count(*)::integer from drip.stuck_leads as s where s.client_id = the_client()
       group by 1, 2 order by 1$$,
    $$values ('booked_active', 'booked', 24), ('campaign_inactive', 'campaign_deleted', 8), ('campaign_missing', 'campaign_deleted', 4),
             ('completed_sequence', 'completed', 4), ('empty_campaign', null, 4), ('opted_out_active', 'opted_out', 48)$$,
    'each reason with its outcome, which an empty campaign has not');
select is_empty(
    $$select s.id from drip.stuck_leads as s where s.client_id = the_client() group by s.id having count(*) > 1$$,
    'no lead twice');
select is_empty(
    $$select from drip.stuck_leads as s join every_state as e on e.lead_id = s.id
       where not e.is_active or (e.campaign in ('active', 'paused') and e.at_position < 3 and not e.opted_out and not e.has_booked)$$,
    'no inactive lead, and none in progress');

select * from finish();
rollback;
