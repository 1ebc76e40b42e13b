-- drip_api may execute each function and procedure of the schema drip.
begin;
select plan(2);

select is_empty(
    $$select p.oid::regprocedure from pg_proc as p
       where p.pronamespace = 'drip'::regnamespace and not has_function_privilege('drip_api', p.oid, 'execute')$$,
    'no public routine is missing');
select cmp_ok((select count(*)::integer from pg_proc as p
                where p.pronamespace = 'drip'::regnamespace and has_function_privilege('drip_api', p.oid, 'execute')), '>=', 14,
              'there are some');

select * from finish();
rollback;
