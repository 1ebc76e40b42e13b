-- A refusal is no reason to forget what somebody said about themselves: names, opt-out; a booking only where it is about this stay.
begin;
select plan(9);

-- given
select make_client();
select make_campaign('Other');
select make_lead('elsewhere', phone => '+12025550101');
select make_campaign('Welcome');
select make_lead('inside', phone => '+12025550102');
select make_lead('done', phone => '+12025550103', is_active => false, campaign_history => jsonb_build_array(make_entry()),
                 booked_at => '2025-01-01 00:00+00');
select make_lead('out', phone => '+12025550104', opted_out => true, campaign => null, is_active => false);

-- when
select is(enroll_all(jsonb_agg(jsonb_build_object(
              'phone', '+1202555010' || n.n, 'firstName', 'New', 'timezone', 'UTC', 'bookedAt', '2026-03-01T00:00:00Z',
              'currentMessagePosition', 2, 'enrolledAt', '2026-03-01T00:00:00Z') order by n.n)),
          array['in_another_campaign', 'already_enrolled', 'already_completed', 'opted_out'], 'all are refused')
  from generate_series(1, 4) as n (n);

-- then
select is((select count(*) from drip.leads as l where l.first_name = 'New' and l.timezone = 'UTC' and l.updated_at = now()), 4::bigint,
          'each has the new name');
select is((select count(*) from drip.leads as l where l.current_message_position = 2), 0::bigint, 'no position changed');
select is((select l.booked_at from drip.leads as l where l.id = the_lead('inside')), '2026-03-01 00:00+00'::timestamptz,
          'who is in the campaign has booked, and leaves with the next sweep');
select is((select l.booked_at from drip.leads as l where l.id = the_lead('done')), '2025-01-01 00:00+00'::timestamptz, 'an earlier booking stays');
select is((select count(*) from drip.leads as l where l.booked_at = '2026-03-01 00:00+00'), 1::bigint, 'nobody else booked');

-- and
select is(enroll('{"phone": "+12025550101", "optedOut": true}'), 'in_another_campaign', 'who is refused and opts out');
select is((select l.opted_out from drip.leads as l where l.id = the_lead('elsewhere')), true, 'did opt out');
select is(enroll('{"phone": "+12025550104", "optedOut": false}'), 'opted_out', 'false takes no opt-out back; drip.opt_in() does');

select * from finish();
rollback;
