-- A client's run that a procedure drives may be silent for long; as long as it runs, its caller's fleet run lives.
begin;
select plan(3);

-- given
select start_empty();
select make_run('fleet', client => null);
select make_client();
select remember('run', 'client''s', drip_internal.open_run(the_client(), 1000, 'procedure', the_run('fleet')));
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '1 hour';

-- then
select is(drip.reap_runs(), 0::bigint, 'both are silent, and both live by the client''s lock');
select pg_advisory_unlock(20037, r.lock_id) from drip.de_enrollment_runs as r where r.id = the_run('client''s');
select is(drip.reap_runs(), 1::bigint, 'the client''s is marked once its lock is gone');
select is(drip.reap_runs(), 1::bigint, 'then the fleet''s');

select * from finish();
rollback;
