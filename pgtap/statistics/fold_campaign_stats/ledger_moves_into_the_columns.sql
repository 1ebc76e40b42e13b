-- A fold moves exactly what is pending; the view says the same before and after.
begin;
select plan(8);

-- given
select make_client();
select make_campaign('A', steps => 1);
select make_leads(3, at_position => 1);
select make_lead('out', opted_out => true);
select make_lead('in progress');
select make_run();
select process(array(select l.id from drip.leads as l where l.client_id = the_client()));
select drip.de_enroll_lead(the_client(), the_lead('in progress'));
select make_lead('new', enrolled_at => '2030-01-01 00:00+00');
create temporary table before on commit drop as
select to_jsonb(s) as statistics, pending_deltas() as pending from drip.campaign_statistics as s where s.id = the_campaign();
select is(folded_counters(), '{}', 'nothing is folded yet');

-- when
select is(drip.fold_campaign_stats(the_client()), (select b.pending from before as b), 'folds every pending row');

-- then
select is(folded_counters(), '{"active": 1, "completed": 3, "opted_out": 1, "abandoned": 1}', 'the columns have the counters');
select is((select c.last_enrollment_at from drip.campaigns as c where c.id = the_campaign()), '2030-01-01 00:00+00'::timestamptz,
          'and the last enrollment');
select is(pending_deltas(), 0::bigint, 'the ledger is empty');
select is((select to_jsonb(s) from drip.campaign_statistics as s where s.id = the_campaign()), (select b.statistics from before as b),
          'the view says what it said');

-- twice
select is(drip.fold_campaign_stats(the_client()), 0::bigint, 'again: nothing to fold');
select is(folded_counters(), '{"active": 1, "completed": 3, "opted_out": 1, "abandoned": 1}', 'the columns stay');

select * from finish();
rollback;
