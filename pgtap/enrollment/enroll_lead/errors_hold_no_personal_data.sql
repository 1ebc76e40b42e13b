-- Messages and hints are printed and logged, so they never quote who it was about.
begin;
select plan(11);

-- given
select make_client();
select make_campaign();
create function pg_temp.told_by(lead jsonb) returns text language plpgsql as $$
declare
    v_message text;
    v_hint    text;
    v_detail  text;
begin
    perform drip.enroll_lead(tap.the_client(), tap.the_campaign(), lead);
    return 'enrolled';
exception when sqlstate 'DR013' then
    get stacked diagnostics v_message = message_text, v_hint = pg_exception_hint, v_detail = pg_exception_detail;
    return v_message || v_hint || v_detail;
end $$;

-- then
select ok(t.told like 'this is no lead: %' and t.told !~ 'SECRET|5550199', b.lead::text)
  from (values ('{"phone": "12025550199"}'::jsonb), ('{"phone": "+1SECRET2025550199"}'), ('{"phone": 12025550199}'),
               ('{"phone": "+12025550199", "email": "SECRET"}'), ('{"email": "SECRET@two@example.com"}'),
               ('{"phone": "+12025550199", "SECRET": 1}'), ('{"phone": "+12025550199", "timezone": "SECRET"}'),
               ('{"phone": "+12025550199", "bookedAt": "SECRET"}'), ('{"phone": "+12025550199", "optedOut": "SECRET"}'),
               ('{"phone": "+12025550199", "currentMessagePosition": "SECRET"}'),
               ('{"phone": "+12025550199", "enrolledAt": {"SECRET": 1}}')) as b (lead)
 cross join lateral pg_temp.told_by(b.lead) as t (told);

select * from finish();
rollback;
