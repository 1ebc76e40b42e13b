create or replace view drip.object_drift with (security_invoker = true) as
with server as (
    select pg_catalog.current_setting('server_version_num')::integer / 10000 as major
), manifest as (
    select d.kind, d.identity, d.definition_hash
      from drip_internal.deployed_objects as d
     cross join server as s
     where d.server_major = s.major and d.kind <> 'source'
)
select coalesce(m.kind, l.kind) as kind,
       coalesce(m.identity, l.identity) as identity,
       case when l.kind is null then 'missing' when m.kind is null then 'unexpected' else 'changed' end as drift,
       case
           when m.kind is null then 'Not of this release: drop it, or keep it in another schema.'
           else 'Run pg-drip deploy, which puts routines, views, triggers and grants back; put tables, constraints and indexes back by hand.'
       end as advice
  from manifest as m
  full join drip_internal.list_live_objects() as l on l.kind = m.kind and l.identity = m.identity
 where md5(l.definition) is distinct from m.definition_hash
   -- A DBA's own index does no harm.
   and not (m.kind is null and l.kind in ('index', 'owner'))
   and exists (select from manifest)
 union all
select 'server', 'PostgreSQL ' || s.major, 'changed',
       'Deployed on PostgreSQL ' || coalesce((select max(d.server_major) from drip_internal.deployed_objects as d)::text, 'nothing')
       || ', which prints definitions otherwise: run pg-drip deploy again.'
  from server as s
 where not exists (select from manifest);

comment on view drip.object_drift is
'What differs between the live database and what the last deploy left: one row per object, drift being changed, missing or unexpected. No rows: all is as deployed. The same as pg-drip verify.';
