-- enrolled_at is p_now, or what is given; the campaign's last enrollment follows it and never goes back.
begin;
select plan(8);

-- given
select make_client();
select make_campaign();
create function pg_temp.last() returns timestamptz language sql stable as
$$select s.last_enrollment_at from drip.campaign_statistics as s where s.id = tap.the_campaign()$$;

-- then
select enroll('{"firstName": "Ann", "phone": "+12025550101"}', at => '2026-01-01 00:00+00');
select is(pg_temp.last(), '2026-01-01 00:00+00'::timestamptz, 'a new person: p_now');
select is((select c.last_enrollment_at from drip.campaigns as c where c.id = the_campaign()), null, 'the column waits for the fold');
select enroll('{"firstName": "Bob", "phone": "+12025550102", "enrolledAt": "2025-06-01T12:00:00+02:00"}', at => '2026-02-01 00:00+00');
select is((select l.enrolled_at from drip.leads as l where l.id = the_lead('Bob')), '2025-06-01 10:00+00'::timestamptz, 'enrolledAt, where given');
select is(pg_temp.last(), '2026-01-01 00:00+00'::timestamptz, 'an earlier one does not move the last');
select make_lead('Cyd', phone => '+12025550103', campaign => null, is_active => false);
select is(enroll('{"phone": "+12025550103"}', at => '2026-03-01 00:00+00'), 'enrolled', 'somebody known');
select is(pg_temp.last(), '2026-03-01 00:00+00'::timestamptz, 'moves it');
select enroll('{"phone": "+12025550103"}', at => '2026-04-01 00:00+00');
select is(pg_temp.last(), '2026-03-01 00:00+00'::timestamptz, 'a refusal does not');
select drip.fold_campaign_stats(the_client());
select is((select c.last_enrollment_at from drip.campaigns as c where c.id = the_campaign()), '2026-03-01 00:00+00'::timestamptz, 'folded');

select * from finish();
rollback;
