-- Who opts in may be enrolled from then on; nothing enrolls them by itself.
begin;
select plan(10);

-- given
select make_client();
select make_campaign('First');
select make_lead('Ann', phone => '+12025550101');
select drip.opt_out(the_client(), the_lead(), '2026-01-01 00:00+00');
select make_campaign('Second');
select is(enroll('{"phone": "+12025550101"}'), 'opted_out', 'refused while opted out');

-- when
select is(drip.opt_in(the_client(), the_lead(), '2026-01-02 00:00+00'), true, 'it opted in');

-- then
select results_eq('select l.opted_out, l.is_active, l.updated_at, l.completed_at from drip.leads as l',
                  $$values (false, false, '2026-01-02 00:00+00'::timestamptz, '2026-01-01 00:00+00'::timestamptz)$$, 'marked, and in no campaign');
select is(outcomes(), array['opted_out'], 'the history stays');
select is(enroll('{"phone": "+12025550101"}', the_campaign('First')), 'already_completed', 'where it was it does not come back');
select is(enroll('{"phone": "+12025550101"}'), 'enrolled', 'elsewhere it does');

-- twice
select is(drip.opt_in(the_client(), the_lead(), '2026-01-03 00:00+00'), false, 'again: it had not opted out');
select is(is_in_campaign(), true, 'it stays in its campaign');
select is((select l.updated_at from drip.leads as l), now(), 'the row is not touched');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');

select * from finish();
rollback;
