-- One sweep of a client, and one of the fleet, can be claimed while none runs; a dead run does not count.
begin;
select plan(9);

-- given
select start_empty();
select make_client('Acme');
select make_client('Other');

-- then
select is(drip.claim_sweep(the_client('Acme')), true, 'nobody sweeps');
select is(drip.claim_sweep(), true, 'nor the fleet');

-- when
select make_run('alive', the_client('Other'));

-- then
select is(drip.claim_sweep(the_client('Other')), false, 'a sweep of the client runs');
select is(drip.claim_sweep(the_client('Acme')), true, 'others are not concerned');
select is(
    (select count(*) from pg_locks as k where k.locktype = 'advisory' and k.classid = 20040 and k.pid = pg_backend_pid()),
    2::bigint, 'a claim that is refused is not held');

-- when
update drip.de_enrollment_runs as r set heartbeat_at = now() - interval '6 minutes';

-- then
select is(drip.claim_sweep(the_client('Other')), true, 'a run that is dead does not count');
select is((select r.status from drip.de_enrollment_runs as r), 'crashed', 'and is marked');
select is(sqlstate_of('select drip.claim_sweep(gen_random_uuid())'), 'DR001', 'an unknown client');
select is(sqlstate_of('select drip.claim_sweep(null, ''infinity'')'), 'DR012', 'no point in time');

select pg_advisory_unlock_all();
select * from finish();
rollback;
