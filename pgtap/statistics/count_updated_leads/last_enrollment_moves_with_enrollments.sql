-- last_enrollment_at is the latest enrollment, a later one in the same campaign included; it never goes back.
begin;
select plan(12);

-- given
select make_client();
select make_campaign('A');
select make_campaign('B');
create function pg_temp.last_enrollment(campaign text) returns timestamptz language sql stable as
$$select s.last_enrollment_at from drip.campaign_statistics as s where s.id = the_campaign(campaign)$$;

-- then
select is(pg_temp.last_enrollment('A'), null, 'nobody enrolled yet');
select make_lead('Ann', campaign => the_campaign('A'), enrolled_at => '2026-01-01 00:00+00');
select is(pg_temp.last_enrollment('A'), '2026-01-01 00:00+00'::timestamptz, 'an insert sets it');
select drip.fold_campaign_stats(the_client());
update drip.leads as l set is_active = false where l.id = the_lead('Ann');
select is(pg_temp.last_enrollment('A'), '2026-01-01 00:00+00'::timestamptz, 'an exit leaves it');
update drip.leads as l set is_active = true, enrolled_at = '2026-02-01 00:00+00' where l.id = the_lead('Ann');
select is(pg_temp.last_enrollment('A'), '2026-02-01 00:00+00'::timestamptz, 'enrolled again later, it moves');
update drip.leads as l set enrolled_at = '2026-03-01 00:00+00', current_message_position = 0 where l.id = the_lead('Ann');
select is(pg_temp.last_enrollment('A'), '2026-03-01 00:00+00'::timestamptz, 'restarted while active, it moves');
select is(counters(the_campaign('A')), '{"active": 1}', 'with the count as it was');
update drip.leads as l set campaign_link_id = the_campaign('B'), enrolled_at = '2026-04-01 00:00+00' where l.id = the_lead('Ann');
select is(pg_temp.last_enrollment('B'), '2026-04-01 00:00+00'::timestamptz, 'transferred, it is B''s');
select is(pg_temp.last_enrollment('A'), '2026-03-01 00:00+00'::timestamptz, 'and A''s stays');
select make_lead('Bob', campaign => the_campaign('B'), enrolled_at => '2025-01-01 00:00+00');
select is(pg_temp.last_enrollment('B'), '2026-04-01 00:00+00'::timestamptz, 'an earlier one does not move it back');
select drip.fold_campaign_stats(the_client());
select is((select c.last_enrollment_at from drip.campaigns as c where c.id = the_campaign('B')), '2026-04-01 00:00+00'::timestamptz,
          'a fold writes it into the column');
select is((select c.last_enrollment_at from drip.campaigns as c where c.id = the_campaign('A')), '2026-03-01 00:00+00'::timestamptz,
          'the latest of several');
select make_lead('Cid', campaign => the_campaign('B'), enrolled_at => '2025-06-01 00:00+00');
select drip.fold_campaign_stats(the_client());
select is((select c.last_enrollment_at from drip.campaigns as c where c.id = the_campaign('B')), '2026-04-01 00:00+00'::timestamptz,
          'a fold of earlier ones alone does not move it back');

select * from finish();
rollback;
