-- As deployed there is no row; without a manifest of this server one says so.
begin;
select plan(5);

-- given
select record_manifest();

-- then
select cmp_ok((select count(*)::integer from drip_internal.deployed_objects as d), '>', 100, 'the manifest is long');
select is_empty('select * from drip.object_drift', 'no drift');
update drip_internal.deployed_objects as d set server_major = d.server_major - 1;
select results_eq('select d.kind, d.drift from drip.object_drift as d', $$values ('server', 'changed')$$, 'deployed on another major version');
select alike((select d.advice from drip.object_drift as d), '%run pg-drip deploy again%', 'says to deploy again');
delete from drip_internal.deployed_objects;
select results_eq('select d.kind, d.drift from drip.object_drift as d', $$values ('server', 'changed')$$, 'never deployed');

select * from finish();
rollback;
