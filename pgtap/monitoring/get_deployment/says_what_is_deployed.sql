-- The latest migration, and how much drifted since the deploy.
begin;
select plan(3);

select is(
    (select d.migration from drip.get_deployment() as d),
    (select max(m.migration_id)::text from drip_internal._yoyo_migration as m), 'the latest migration');

-- when
create function drip.not_of_this_release() returns integer language sql as 'select 1';

-- then
select is(
    (select d.drifted from drip.get_deployment() as d), (select count(*) from drip.object_drift as o), 'what the view names');
select cmp_ok((select d.drifted from drip.get_deployment() as d), '>', 0::bigint, 'which is something');

select * from finish();
rollback;
