-- How many are at work; critical when one has been silent for over five minutes.
begin;
select plan(4);

-- given
select start_empty();
select make_client();
select make_run('first');
select make_run('second');
select make_old_run('succeeded');
select is(health('running_sweeps'), 'ok 2', 'two are at work');
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '4 minutes' where r.id = the_run('first');
select is(health('running_sweeps'), 'ok 2', 'four minutes of silence are fine');
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '6 minutes' where r.id = the_run('first');
select is(health('running_sweeps'), 'critical 2', 'six are not');
select drip.reap_runs();
select is(health('running_sweeps'), 'ok 1', 'reaped, one is at work');

select * from finish();
rollback;
