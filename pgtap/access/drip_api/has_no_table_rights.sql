-- drip_api reaches rows through routines only.
begin;
select plan(10);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('Ann', at_position => 1);
select make_lead('Bob', at_position => 1);

-- then
select is_empty(
    $$select r.oid::regclass, k.privilege
        from pg_class as r
       cross join (values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('references'), ('trigger')) as k (privilege)
       where r.relnamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and r.relkind in ('r', 'v')
         and has_table_privilege('drip_api', r.oid, k.privilege)
         and not (r.oid = 'drip_internal.staged_leads'::regclass and k.privilege = 'insert')$$,
    'no right on any table or view, but to copy into the staging of imports');
select is(as_role('drip_api', 'select count(*) from drip.leads'), '42501', 'reading leads is refused');
select is(as_role('drip_api', 'update drip.leads as l set opted_out = true'), '42501', 'writing them is');
select is(as_role('drip_api', 'select count(*) from drip.stuck_leads'), '42501', 'so is a view');
select is(as_role('drip_api', 'select count(*) from drip_internal.campaign_stat_deltas'), '42501', 'and the ledger');

-- and yet
select is(as_role('drip_api', 'select drip.opt_out(the_client(), the_lead(''Ann''))'), 'true', 'opting out works');
select is(as_role('drip_api', 'select drip.record_booking(the_client(), the_lead(''Bob''), 5)'), 'true', 'booking works');
select is(counters(), '{"opted_out": 1, "booked": 1}', 'both left and are counted');
select is(as_role('drip_api', 'select drip.start_de_enrollment_run(the_client()) is not null'), 'true', 'a run can be opened');
select is(as_role('drip_api', 'select count(*) from drip.fix_stuck_leads(the_client())'), '0', 'stuck leads can be fixed');

select * from finish();
rollback;
