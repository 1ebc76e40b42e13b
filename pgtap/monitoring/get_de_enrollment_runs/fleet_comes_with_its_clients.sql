-- A run is found by its id, a fleet run together with its clients' runs, the fleet's first.
begin;
select plan(4);

-- given
select make_client('Acme');
create temporary table ids as
select drip.start_de_enrollment_run() as fleet, drip.start_de_enrollment_run(the_client('Acme')) as child,
       drip.start_de_enrollment_run(the_client('Acme')) as other;
update drip.de_enrollment_runs as r set fleet_run_id = i.fleet from ids as i where r.id = i.child;

-- then
select results_eq(
    'select r.id from ids as i, drip.get_de_enrollment_runs(array[i.fleet]) as r',
    'select i.fleet from ids as i union all select i.child from ids as i',
    'the fleet''s run, then its client''s');
select results_eq(
    'select r.id from ids as i, drip.get_de_enrollment_runs(array[i.other]) as r', 'select i.other from ids as i', 'one run');
select is_empty($$select from drip.get_de_enrollment_runs(array[gen_random_uuid()])$$, 'unknown ids are passed over');
select is(as_role('drip_cron', 'select count(*) from drip.get_de_enrollment_runs(''{}'')'), '0', 'drip_cron may ask');

select * from finish();
rollback;
