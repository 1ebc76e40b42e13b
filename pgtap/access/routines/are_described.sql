-- Every routine, view and table has a comment that says what it is for.
begin;
select plan(2);

select is_empty(
    $$select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and obj_description(p.oid, 'pg_proc') is null$$,
    'routines');
select is_empty(
    $$select r.oid::regclass from pg_class as r
       where r.relnamespace = 'drip'::regnamespace and r.relkind in ('r', 'v') and obj_description(r.oid, 'pg_class') is null$$,
    'tables and views');

select * from finish();
rollback;
