-- The fleet's row has the sums of its clients' runs, and the worst of their statuses.
begin;
select plan(6);

-- given
select make_run('fleet', client => null);
select make_client('Acme');
select make_campaign('A', steps => 1);
select make_lead('done', at_position => 1);
select make_lead('out', opted_out => true);
select remember('run', 'acme', drip_internal.open_run(the_client(), 1000, 'caller', the_run('fleet')));
select process(array[the_lead('done'), the_lead('out'), gen_random_uuid()]);
select is(drip.finish_de_enrollment_run(the_run('acme')), 'succeeded', 'the first client''s run succeeds');
select make_client('Other');
select make_campaign('B', steps => 1);
select make_lead('poisoned', at_position => 1);
select poison();
select make_lead('booked', booked_at => now());
select remember('run', 'other', drip_internal.open_run(the_client(), 1000, 'caller', the_run('fleet')));
select process(array[the_lead('poisoned'), the_lead('booked')]);
select is(drip.finish_de_enrollment_run(the_run('other')), 'partial', 'the second''s is partial');
select make_run('unrelated');
select process(array[the_lead('poisoned')]);

-- when
select is(drip.finish_de_enrollment_run(the_run('fleet')), 'partial', 'the fleet''s run is partial');

-- then
select is(run_counts(the_run('fleet')),
          '{"found": 4, "processed": 3, "completed": 1, "opted_out": 1, "booked": 1, "skipped": 1, "failed": 1, "batches": 2, "failed_batches": 1}',
          'it has the sums of its two clients, without the unrelated run');

-- twice
select is(drip.finish_de_enrollment_run(the_run('fleet')), 'partial', 'again: partial');
select is((run_counts(the_run('fleet')) -> 'processed')::integer, 3, 'nothing is added twice');

select * from finish();
rollback;
