-- Each failure counts up and doubles the pause: 5 minutes, 10, 20, … a day.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select poison(message => 'still broken');
select make_run();
create temporary table seen (attempt integer, attempts integer, pause interval) on commit drop;

-- when
do $fail$
begin
    for v_attempt in 1 .. 15 loop
        perform process(array[the_lead()], at => timestamptz '2026-01-01 00:00+00' + v_attempt * interval '2 days');
        insert into seen
        select v_attempt, e.attempts, e.retry_at - (timestamptz '2026-01-01 00:00+00' + v_attempt * interval '2 days')
          from drip.de_enrollment_errors as e where e.lead_id = the_lead();
    end loop;
end
$fail$;

-- then
select results_eq(
    $$select s.attempt, s.attempts, s.pause from seen as s order by s.attempt$$,
    $$select n.n, n.n, case when n.n <= 9 then interval '5 minutes' * 2 ^ (n.n - 1) else interval '1 day' end
        from generate_series(1, 15) as n (n)$$,
    'one open row that counts up, its pause doubling to a day at most');
select is((select count(*)::integer from drip.de_enrollment_errors as e where e.lead_id = the_lead()), 1, 'never a second row');
select is((select e.failed_at from drip.de_enrollment_errors as e where e.lead_id = the_lead()),
          timestamptz '2026-01-01 00:00+00' + interval '30 days', 'failed_at is the last failure');

select * from finish();
rollback;
