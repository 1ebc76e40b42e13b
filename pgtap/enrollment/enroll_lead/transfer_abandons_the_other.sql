-- p_transfer takes the lead out of its campaign as abandoned, and enrolls it.
begin;
select plan(10);

-- given
select make_client();
select make_campaign('Other');
select make_lead('Ann', phone => '+12025550101', at_position => 2, enrolled_at => '2026-01-01 00:00+00');
select make_campaign('Welcome');
select is(enroll('{"phone": "+12025550101"}'), 'in_another_campaign', 'without it: refused');

-- when
select is(enroll('{"phone": "+12025550101"}', at => '2026-02-01 00:00+00', transfer => true), 'enrolled', 'with it: enrolled');

-- then
select is(history(), jsonb_build_array(make_entry(the_campaign('Other'), 'abandoned', 'Other', '2026-01-01T00:00:00.000Z',
                                                  '2026-02-01T00:00:00.000Z', 2)), 'the history says where it was');
select results_eq('select l.campaign_link_id, l.is_active, l.current_message_position, l.enrolled_at, l.completed_at from drip.leads as l',
                  $$values (the_campaign(), true, 0, '2026-02-01 00:00+00'::timestamptz, null::timestamptz)$$, 'it begins anew');
select is(counters(the_campaign('Other')), '{"abandoned": 1}', 'counted as abandoned there');
select is(counters(), '{"active": 1}', 'and active here');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');

-- twice
select is(enroll('{"phone": "+12025550101"}', transfer => true), 'already_enrolled', 'again: already enrolled');
select is(jsonb_array_length(history()), 1, 'no second entry');
select is(counters(the_campaign('Other')), '{"abandoned": 1}', 'counted once');

select * from finish();
rollback;
