-- A lead with messages to come is skipped and not a column of it changes.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(steps => 3);
select make_lead('new', at_position => 0);
select make_lead('halfway', at_position => 2);
select make_run();
create temporary table before on commit drop as
select l.id, to_jsonb(l) as lead from drip.leads as l where l.client_id = the_client();

-- when
select is(process(array[the_lead('new'), the_lead('halfway')], at => now() + interval '1 hour'), '{"skipped": 2}',
          'both are skipped');

-- then
select is_empty($$select from before as b join drip.leads as l on l.id = b.id where to_jsonb(l) <> b.lead$$,
                'neither changed');
select is(counters(), '{"active": 2}', 'both are still counted as active');
select is(run_counts(), '{"skipped": 2, "batches": 1}', 'the run counts them as skipped');

select * from finish();
rollback;
