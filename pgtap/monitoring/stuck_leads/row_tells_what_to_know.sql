-- The row has the lead, its campaign, how far it got, and for a failing one the error.
begin;
select plan(2);

-- given
select make_client();
select make_campaign('Welcome', steps => 2);
select make_lead('Ann', at_position => 2);
select make_lead('Bob', at_position => 2);
select poison(message => 'refused', errcode => 'XX001');
select make_run();
select process(array[the_lead('Bob')], at => '2026-01-01 00:00+00');

-- then
select results_eq(
    $$select s.first_name, s.campaign_link_id, s.campaign_name, s.current_message_position, s.message_count, s.reason, s.outcome,
             s.failed_attempts, s.retry_at, s.sqlstate, s.error_message
        from drip.stuck_leads as s where s.client_id = the_client() order by 1$$,
    $$values ('Ann', the_campaign(), 'Welcome', 2, 2, 'completed_sequence', 'completed', null::integer, null::timestamptz, null, null),
             ('Bob', the_campaign(), 'Welcome', 2, 2, 'failing', 'completed', 1, '2026-01-01 00:05+00'::timestamptz, 'XX001', 'refused')$$,
    'both rows');
select cure();
select drip.de_enroll_lead(the_client(), the_lead('Bob'));
select is(stuck_reason(the_lead('Bob')), null, 'who left is stuck no more');

select * from finish();
rollback;
