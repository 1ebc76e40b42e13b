-- A lead's stays in order, the present one last.
begin;
select plan(2);

-- given
select make_client();
select make_campaign('First');
select make_campaign('Second');
select make_campaign('Now');
select make_lead(at_position => 2, enrolled_at => '2026-03-01 00:00+00', campaign_history => jsonb_build_array(
    make_entry(the_campaign('First'), 'completed', 'First', '2026-01-01T00:00:00.000Z', '2026-01-02T12:30:00.500Z', 3),
    make_entry(the_campaign('Second'), 'booked', 'Second', '2026-02-01T00:00:00.000Z', '2026-02-02T00:00:00.000Z', 1) || '{"value": 99.90}'));

-- then
select results_eq(
    $$select j.first_name, j.stay, j.campaign_id, j.campaign_name, j.enrolled_at, j.completed_at, j.messages_received, j.outcome, j.value
        from drip.lead_journey as j where j.id = the_lead() order by j.stay$$,
    $$values ('Ann', 1, the_campaign('First')::text, 'First', '2026-01-01 00:00+00'::timestamptz, '2026-01-02 12:30:00.5+00'::timestamptz, 3, 'completed', null::numeric),
             ('Ann', 2, the_campaign('Second')::text, 'Second', '2026-02-01 00:00+00', '2026-02-02 00:00+00', 1, 'booked', 99.90),
             ('Ann', 3, the_campaign('Now')::text, 'Now', '2026-03-01 00:00+00', null, 2, 'in_progress', null)$$,
    'two stays and the present one');
select drip.de_enroll_lead(the_client(), the_lead());
select results_eq($$select j.outcome from drip.lead_journey as j where j.id = the_lead() order by j.stay$$,
                  $$values ('completed'), ('booked'), ('abandoned')$$, 'after it left, three ended ones');

select * from finish();
rollback;
