-- The run's client's due leads in id order, in arrays of the batch size; how many is noted in the run.
begin;
select plan(4);

-- given
select make_client('Other');
select make_campaign('Theirs', steps => 1);
select make_leads(4, at_position => 1);
select make_client('Acme');
select make_campaign('Ours', steps => 1);
select make_leads(3);
create temporary table made on commit drop as select make_leads(5, at_position => 1) as ids;
select make_run();

-- then
select results_eq(
    $$select b.lead_ids from drip_internal.list_due_batches(the_run(), 2) as b$$,
    $$select u.ids from made as m cross join lateral (values (m.ids[1:2]), (m.ids[3:4]), (m.ids[5:5])) as u (ids)$$,
    'three arrays');
select is((run_counts() -> 'found')::integer, 5, 'five were found');
select process((select m.ids from made as m));
select is_empty('select from drip_internal.list_due_batches(the_run(), 2)', 'later there is none');
select is((run_counts() -> 'found')::integer, 5, 'and found stays what the first look found');

select * from finish();
rollback;
