-- p_now is a point in time wherever it is asked for: null and infinity are refused, and nothing is done.
begin;
select plan(26);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run();

-- then
select is(sqlstate_of(format(c.call, m.moment)), 'DR012', format(c.call, m.moment))
  from (values ('null::timestamptz'), ('''infinity''::timestamptz')) as m (moment)
 cross join (values
       ('select drip.opt_out(the_client(), the_lead(), p_now => %s)'),
       ('select drip.record_booking(the_client(), the_lead(), p_now => %s)'),
       ('select drip.de_enroll_lead(the_client(), the_lead(), p_now => %s)'),
       ('select drip.start_de_enrollment_run(the_client(), p_now => %s)'),
       ('select drip.get_leads_for_de_enrollment(the_client(), p_now => %s)'),
       ('select drip.process_de_enrollment_batch(the_run(), array[the_lead()], p_now => %s)'),
       ('select drip.finish_de_enrollment_run(the_run(), p_now => %s)'),
       ('select drip.fix_stuck_leads(the_client(), p_now => %s)'),
       ('select drip.deactivate_campaign(the_client(), the_campaign(), p_now => %s)'),
       ('select drip.record_api_event(''invalid_key'', p_now => %s)'),
       ('select drip.reap_runs(p_now => %s)'),
       ('select drip.purge(p_now => %s)')) as c (call);
select is(is_in_campaign(), true, 'the lead is still there');
select is_empty('select from drip.de_enrollment_errors as e where e.client_id = the_client()', 'and not taken for poison');

select * from finish();
rollback;
