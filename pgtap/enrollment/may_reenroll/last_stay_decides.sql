-- Whoever was never there may enter; else the last stay there decides, and one that tells no outcome or end keeps the lead out.
begin;
select plan(12);

-- given
select make_client();
select make_campaign();
create function pg_temp.may(history jsonb, outcomes text[] default null, days integer default null, at timestamptz default '2026-01-11 00:00+00')
returns boolean language sql as $$select drip_internal.may_reenroll(history, tap.the_campaign(), outcomes, days, at)$$;

-- then
select is(pg_temp.may('[]'), true, 'no history');
select is(pg_temp.may(jsonb_build_array(make_entry(gen_random_uuid()))), true, 'other campaigns');
select is(pg_temp.may('[{"campaignId": null, "outcome": "booked"}]'), true, 'a booking in no campaign');
select is(pg_temp.may(jsonb_build_array(make_entry())), false, 'was there, and nothing is set');
select is(pg_temp.may(jsonb_build_array(make_entry()), array['completed']), true, 'with this outcome');
select is(pg_temp.may(jsonb_build_array(make_entry()), array['booked']), false, 'with another');
select is(pg_temp.may(jsonb_build_array(make_entry(completed_at => '2026-01-01T00:00:00.000Z')), days => 10), true, 'ten days ago');
select is(pg_temp.may(jsonb_build_array(make_entry(completed_at => '2026-01-01T00:00:00.001Z')), days => 10), false, 'a moment less');
select is(pg_temp.may(jsonb_build_array(make_entry(outcome => 'booked'), make_entry(), make_entry(gen_random_uuid(), 'booked')), array['completed']), true,
          'the last stay there, not the last of all');
select is(pg_temp.may(jsonb_build_array(make_entry() - 'outcome'), array['completed']), false, 'no outcome');
select is(pg_temp.may(jsonb_build_array(make_entry(completed_at => 'some day')), days => 0), false, 'no end that can be read');
select is(pg_temp.may(jsonb_build_array(make_entry() - 'outcome'), days => 0), true, 'which does not matter where it is not asked for');

select * from finish();
rollback;
