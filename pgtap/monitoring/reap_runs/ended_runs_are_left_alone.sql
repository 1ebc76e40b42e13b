-- What has ended is not touched, however old.
begin;
select plan(2);

-- given
select start_empty();
select make_client();
select make_old_run(s.status, finished_at => now() - interval '1 year')
  from (values ('succeeded'), ('partial'), ('failed'), ('crashed')) as s (status);

-- then
select is(drip.reap_runs(), 0::bigint, 'nothing is marked');
select set_eq('select r.status from drip.de_enrollment_runs as r', $$values ('succeeded'), ('partial'), ('failed'), ('crashed')$$,
              'each has its status');

select * from finish();
rollback;
