-- A phone or an e-mail is enough, and every other value may be missing.
begin;
select plan(13);

-- given
create function pg_temp.problem(lead jsonb) returns text language sql stable as
$$select drip_internal.find_lead_problem(jsonb_populate_record(null::drip_internal.staged_leads, lead))$$;

-- then
select is(pg_temp.problem(g.lead), null, g.lead::text)
  from (values ('{"phone": "+12025550142"}'::jsonb), ('{"phone": "+123456789012345"}'), ('{"email": "a@b"}'),
               ('{"email": "ada.o''lovelace+x@sub.example.co.uk"}'), ('{"email": "josé@exämple.com"}'),
               ('{"phone": "+12025550142", "timezone": "America/Port-au-Prince", "current_message_position": 0, "booked_at": "2026-01-01", "opted_out": true, "enrolled_at": "2026-01-01"}')) as g (lead);
select isnt(pg_temp.problem(b.lead), null, b.lead::text)
  from (values ('{}'::jsonb), ('{"phone": "+02025550142"}'), ('{"phone": "12025550142"}'), ('{"email": "a b@c"}'),
               ('{"phone": "+12025550142", "booked_at": "infinity"}'), ('{"phone": "+12025550142", "enrolled_at": "-infinity"}'),
               ('{"phone": "+12025550142", "current_message_position": -1}')) as b (lead);

select * from finish();
rollback;
