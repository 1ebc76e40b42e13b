-- drip_api enrolls by the public routines; the machinery behind them is out of its reach, but for what an import calls.
begin;
select plan(12);

-- given
select make_client();
select make_campaign();

-- then
select is(as_role('drip_api', 'select e.result from drip.enroll_lead(the_client(), the_campaign(), ''{"phone": "+12025550101"}'') as e'),
          'enrolled', 'one');
select is(as_role('drip_api', 'select e.result from drip.enroll_leads(the_client(), the_campaign(), ''[{"phone": "+12025550102"}]'') as e'),
          'enrolled', 'many');
select is(as_role('drip_api', 'select drip.opt_in(the_client(), l.lead_id) from drip.enroll_lead(the_client(), the_campaign(), ''{"phone": "+12025550101"}'') as l'),
          'false', 'opting in');
select is(as_role('drip_api', 'select drip.sanitize_plain_text(''<b>Ada'')'), 'Ada', 'sanitizing');
select is(counters(), '{"active": 2}', 'both are in');
select set_eq(
    $$select p.proname::text from pg_proc as p
       where p.pronamespace = 'drip_internal'::regnamespace and has_function_privilege('drip_api', p.oid, 'execute')
         and p.proname in ('discard_staged_leads', 'drop_duplicate_staged_leads', 'enroll_batch', 'enroll_people', 'enroll_staged_leads',
                           'find_campaign', 'find_lead_problem', 'find_same_people', 'is_time_zone', 'may_reenroll', 'parse_leads', 'parse_moment')$$,
    $$values ('discard_staged_leads'), ('drop_duplicate_staged_leads'), ('enroll_staged_leads'), ('find_campaign')$$, 'four, for imports');
select is(as_role('drip_api', 'select drip_internal.enroll_batch(the_client(), the_campaign(), ''{}'', false, false, now())'), '42501', 'enroll_batch is refused');
select is(as_role('drip_api', 'select drip_internal.parse_leads(''[]'')'), '42501', 'parse_leads too');
select is(as_role('drip_api', 'select count(*) from drip.leads'), '42501', 'and the leads');
select is(as_role('drip_api', 'select count(*) from drip_internal.staged_leads'), '42501', 'what is staged cannot be read');
select is(as_role('drip_readonly', 'select e.result from drip.enroll_lead(the_client(), the_campaign(), ''{"phone": "+12025550103"}'') as e'),
          '42501', 'drip_readonly enrolls nobody');
select is(as_role('drip_cron', 'select e.result from drip.enroll_lead(the_client(), the_campaign(), ''{"phone": "+12025550103"}'') as e'),
          '42501', 'drip_cron neither');

select * from finish();
rollback;
