-- A role of nobody's reaches no schema, table, view or routine.
begin;
select plan(5);

-- given
create role somebody_else;

-- then
select is_empty(
    $$select n.nspname from pg_namespace as n
       where n.nspname in ('drip', 'drip_internal') and has_schema_privilege('somebody_else', n.oid, 'usage, create')$$,
    'no schema');
select is_empty(
    $$select r.oid::regclass from pg_class as r
       where r.relnamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and r.relkind in ('r', 'v')
         and has_table_privilege('somebody_else', r.oid, 'select, insert, update, delete, truncate, references, trigger')$$,
    'no table or view');
select is_empty(
    $$select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace)
         and has_function_privilege('somebody_else', p.oid, 'execute')$$,
    'no routine');
select is(as_role('somebody_else', 'select count(*) from drip.leads'), '42501', 'reading is refused');
select is(as_role('somebody_else', 'select drip.create_client(''Mallory'')'), '42501', 'calling is refused');

select * from finish();
rollback;
