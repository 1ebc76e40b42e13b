-- Who is due to leave another campaign leaves it with its own outcome, with or without p_transfer, and is enrolled.
begin;
select plan(14);

-- given
select make_client();
select make_campaign('Gone', is_active => false);
select make_lead('in a retired one', phone => '+12025550101');
select make_campaign('Other', steps => 2);
select make_lead('finished', phone => '+12025550102', at_position => 2);
select make_lead('booked', phone => '+12025550103', booked_at => '2026-01-01 00:00+00');
select make_lead('transferred', phone => '+12025550104', at_position => 2);
select make_campaign('Welcome');

-- then
select is(enroll(jsonb_build_object('phone', r.phone), transfer => r.transfer), 'enrolled', r.name || ' is enrolled')
  from (values ('in a retired one', '+12025550101', false), ('finished', '+12025550102', false), ('booked', '+12025550103', false),
               ('transferred', '+12025550104', true)) as r (name, phone, transfer);
select is(outcomes(the_lead(r.name)), array[r.outcome], r.name || ' left as ' || r.outcome)
  from (values ('in a retired one', 'campaign_deleted'), ('finished', 'completed'), ('booked', 'booked'),
               ('transferred', 'completed')) as r (name, outcome);
select is(counters(the_campaign('Gone')), '{"campaign_deleted": 1}', 'counted where it left');
select is(counters(the_campaign('Other')), '{"completed": 2, "booked": 1}', 'all of them');
select is(counters(), '{"active": 4}', 'and where they came');
select is((select count(*) from drip.leads as l where l.booked_at is not null), 0::bigint,
          'a booking was about the campaign that is over; the next sweep must not take the lead out for it');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');
select is_empty('select from drip_internal.due_leads as d where d.client_id = the_client()', 'nobody is due');

select * from finish();
rollback;
