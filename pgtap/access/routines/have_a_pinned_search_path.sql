-- Nobody's schema can slip in front: each routine pins pg_catalog, pg_temp, but the procedures that COMMIT, which cannot.
begin;
select plan(3);

select is_empty(
    $$select p.oid::regprocedure from pg_proc as p
       where p.pronamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and p.prosecdef
         and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)$$,
    'every SECURITY DEFINER routine has it');
select set_eq(
    $$select p.proname::text, p.prokind::text, p.prosecdef from pg_proc as p
       where p.pronamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace)
         and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)$$,
    $$values ('de_enroll_client', 'p', false), ('de_enroll_all_clients', 'p', false), ('sweep_client', 'p', false),
             ('de_enroll_on_schedule', 'p', false)$$,
    'of all routines only the committing procedures have not');
select is_empty(
    $$select p.oid::regprocedure from pg_proc as p
       where p.pronamespace = 'drip'::regnamespace and p.prokind = 'f' and not p.prosecdef
         and p.proname not in ('set_schedule', 'enable_schedule', 'disable_schedule', 'purge')
         and p.provolatile <> 'i'$$,
    'every public function that needs rights runs with the owner''s, but those that touch the caller''s own jobs in pg_cron');

select * from finish();
rollback;
