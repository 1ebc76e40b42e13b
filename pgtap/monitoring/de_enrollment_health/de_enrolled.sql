-- Leads that sweeps took out in 24 hours; a fleet run's sums are not counted again.
begin;
select plan(1);

-- given
select start_empty();
select make_client();
select make_old_run('succeeded', processed => 5);
select make_old_run('partial', processed => 2);
select make_old_run('succeeded', client => null, processed => 7);
select make_old_run('succeeded', finished_at => now() - interval '25 hours', processed => 100);

-- then
select is(health('de_enrolled'), 'ok 7', 'seven');

select * from finish();
rollback;
