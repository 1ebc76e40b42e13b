-- drip_readonly can neither write nor call.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead();

-- then
select is_empty(
    $$select r.oid::regclass from pg_class as r
       where r.relnamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and r.relkind in ('r', 'v')
         and has_table_privilege('drip_readonly', r.oid, 'insert, update, delete, truncate, references, trigger')$$,
    'no right to write anywhere');
select is_empty(
    $$select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and p.provolatile = 'v'
         and has_function_privilege('drip_readonly', p.oid, 'execute')$$,
    'no volatile routine to call');
select is(as_role('drip_readonly', 'delete from drip.leads'), '42501', 'deleting is refused');
select is(as_role('drip_readonly', 'select drip.opt_out(the_client(), the_lead())'), '42501', 'so is opting somebody out');

select * from finish();
rollback;
