-- A dry run tells what it would do and does nothing.
begin;
select plan(3);

-- given
select make_client();
select make_campaign('Welcome', steps => 1);
select make_leads(2, at_position => 1);
select make_lead('out', opted_out => true);
select make_campaign('Empty', steps => 0);
select make_lead('in an empty one');

-- then
select results_eq(
    $$select f.reason, f.outcome, f.leads, f.fixed, f.advice from drip.fix_stuck_leads(the_client(), true) as f$$,
    $$values ('completed_sequence', 'completed', 2::bigint, 0::bigint, 'The next sweep takes it out of its campaign.'),
             ('empty_campaign', null, 1, 0, 'The campaign has no messages: add some, or retire it.'),
             ('opted_out_active', 'opted_out', 1, 0, 'The next sweep takes it out of its campaign.')$$,
    'the report, by number of leads');
select is((select count(*)::integer from drip.leads as l where l.client_id = the_client() and l.is_active), 4, 'nobody left');
select is_empty('select from drip.de_enrollment_runs as r where r.client_id = the_client()', 'no run was opened');

select * from finish();
rollback;
