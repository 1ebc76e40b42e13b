-- An age is positive, a moment is one.
begin;
select plan(8);

-- given
select start_empty();
select make_client();
select make_old_run('succeeded', finished_at => now() - interval '31 days');
select make_old_run('failed', finished_at => now() - interval '31 days');

-- then
select throws_ok($$select drip.purge('0')$$, 'DR012', 'an age of 00:00:00 is not positive', 'no age');
select throws_ok($$select drip.purge('-1 day')$$, 'DR012', 'an age of -1 days is not positive', 'a negative age');
select throws_ok('select drip.purge(p_now => null)', 'DR012', null, 'no moment');
select throws_ok($$select drip.purge(p_now => 'infinity')$$, 'DR012', null, 'a moment that never comes');
select set_config('drip.purge_after', 'soon', true);
select throws_ok('select drip.purge()', 'DR012', 'an age of ''soon'' (the setting drip.purge_after) is not positive', 'a setting that is no interval');
select set_config('drip.purge_after', '-1 day', true);
select throws_ok('select drip.purge()', 'DR012', 'an age of ''-1 day'' (the setting drip.purge_after) is not positive', 'one that is not positive');
select is((select count(*)::integer from drip.de_enrollment_runs), 2, 'nothing is deleted');
select lives_ok($$select drip.purge('30 days')$$, 'an argument makes up for a bad setting');

select * from finish();
rollback;
