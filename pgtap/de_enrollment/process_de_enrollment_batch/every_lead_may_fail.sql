-- A batch of nothing but poison takes nobody out, raises nothing, and fails the run.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('Ann', at_position => 1);
select poison(message => 'first');
select make_lead('Bob', at_position => 1);
select poison(message => 'second', errcode => '22012');
select make_run();

-- when
select is(process(array[the_lead('Ann'), the_lead('Bob')]), '{"failed": 2}', 'both fail');

-- then
select is(counters(), '{"active": 2}', 'nobody left');
select bag_eq(
    $$select e.lead_id, e.sqlstate, e.message from drip.de_enrollment_errors as e where e.client_id = the_client()$$,
    $$values (the_lead('Ann'), 'P0001', 'first'), (the_lead('Bob'), '22012', 'second')$$,
    'each has its own error');
select is(drip.finish_de_enrollment_run(the_run()), 'failed', 'a run that did nothing but fail has failed');

select * from finish();
rollback;
