-- Batches belong to a run of a client: not to an unknown one, nor to the fleet's.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run('fleet', client => null);

-- then
select throws_ok(
    $$select drip.process_de_enrollment_batch('00000000-0000-0000-0000-000000000000', array[the_lead()])$$,
    'DR004', 'run 00000000-0000-0000-0000-000000000000 of a client is not known',
    'an unknown run');
select throws_ok(
    $$select drip.process_de_enrollment_batch(null, array[the_lead()])$$,
    'DR004', 'run null of a client is not known',
    'null');
select throws_ok(
    $$select drip.process_de_enrollment_batch(the_run('fleet'), array[the_lead()])$$,
    'DR004', format('run %s of a client is not known', the_run('fleet')),
    'a fleet run');
select is(is_in_campaign(), true, 'the lead stays');

select * from finish();
rollback;
