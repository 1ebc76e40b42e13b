-- Schemas, tables, views, sequences and routines belong to drip_owner, who cannot log in.
begin;
select plan(3);

select is_empty(
    $$select o.name, o.owner::regrole
        from (select 'schema ' || n.nspname as name, n.nspowner as owner from pg_namespace as n where n.nspname in ('drip', 'drip_internal')
               union all
              select r.oid::regclass::text, r.relowner from pg_class as r
               where r.relnamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace)
               union all
              select p.oid::regprocedure::text, p.proowner from pg_proc as p
               where p.pronamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace)) as o
       where o.owner <> 'drip_owner'::regrole$$,
    'nothing has another owner');
select is_empty(
    $$select r.rolname from pg_roles as r
       where r.rolname in ('drip_owner', 'drip_api', 'drip_cron', 'drip_readonly')
         and (r.rolcanlogin or r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls or r.rolreplication)$$,
    'no role of the product can log in or is more than a role');
select is((select count(*)::integer from pg_roles as r where r.rolname in ('drip_owner', 'drip_api', 'drip_cron', 'drip_readonly')), 4,
          'all four are there');

select * from finish();
rollback;
