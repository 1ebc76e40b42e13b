-- Critical for failed and crashed runs with no good one of the same client since, within a day.
begin;
select plan(8);

-- given
select start_empty();
select make_client('Other');
select make_client('Acme');
select make_old_run('failed', finished_at => now() - interval '2 hours');
select is(health('broken_runs'), 'critical 1', 'a failed run');
select make_old_run('crashed', finished_at => now() - interval '1 hour');
select is(health('broken_runs'), 'critical 2', 'and a crashed one');
select make_old_run('succeeded', the_client('Other'));
select is(health('broken_runs'), 'critical 2', 'another client''s good run does not help');
select make_old_run('partial', finished_at => now() - interval '90 minutes');
select is(health('broken_runs'), 'critical 1', 'a good one after the first heals the first');
select make_old_run('succeeded');
select is(health('broken_runs'), 'ok 0', 'a good one after both heals both');
select make_old_run('failed', client => null);
select is(health('broken_runs'), 'critical 1', 'a fleet run');
select make_old_run('succeeded', client => null, finished_at => now() - interval '1 minute');
select is(health('broken_runs'), 'ok 0', 'is healed by a fleet run');
select make_old_run('failed', finished_at => now() - interval '25 hours');
select is(health('broken_runs'), 'ok 0', 'what is over a day old is not shown');

select * from finish();
rollback;
