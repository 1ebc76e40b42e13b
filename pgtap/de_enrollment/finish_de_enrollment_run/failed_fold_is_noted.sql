-- Statistics that cannot be folded do not undo the run: it ends as partial with the error.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run();
select process(array[the_lead()]);
create function pg_temp.refuse() returns trigger language plpgsql as
$refuse$begin raise exception 'no counting today' using errcode = 'XX003'; end$refuse$;
create trigger refuse before update on drip.campaigns for each row execute function pg_temp.refuse();

-- when
select is(drip.finish_de_enrollment_run(the_run()), 'partial', 'the lead left, the fold failed: partial');

-- then
select results_eq(
    $$select r.status, r.error_sqlstate, r.error_message from drip.de_enrollment_runs as r where r.id = the_run()$$,
    $$values ('partial', 'XX003', 'statistics not folded: no counting today')$$,
    'the run tells why');
select is(counters(), '{"completed": 1}', 'the statistics are exact all the same');

select * from finish();
rollback;
