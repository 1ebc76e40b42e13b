-- The open row tells the last error and the run that met it.
begin;
select plan(2);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run('first');
select poison(message => 'first', errcode => 'XX001');
select process(array[the_lead()]);

-- when
select cure();
select poison(message => 'second', errcode => 'XX002');
select make_run('second');
select is(process(array[the_lead()]), '{"failed": 1}', 'it fails for another reason');

-- then
select results_eq(
    $$select e.run_id, e.sqlstate, e.message, e.attempts from drip.de_enrollment_errors as e where e.lead_id = the_lead()$$,
    $$values (the_run('second'), 'XX002', 'second', 2)$$,
    'the row has the second error, of the second run');

select * from finish();
rollback;
