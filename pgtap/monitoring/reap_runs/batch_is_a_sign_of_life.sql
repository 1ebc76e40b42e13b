-- Each batch renews the five minutes.
begin;
select plan(2);

-- given
select start_empty();
select make_client();
select make_run();
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '1 hour' where r.id = the_run();

-- when
select process('{}');

-- then
select is(drip.reap_runs(), 0::bigint, 'the run lives');
select is(drip.reap_runs(now() + interval '6 minutes'), 1::bigint, 'six minutes later it does not');

select * from finish();
rollback;
