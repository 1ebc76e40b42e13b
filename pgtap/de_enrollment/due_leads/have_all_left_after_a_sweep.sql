-- A sweep takes out every lead that is due, once, and leaves every other as it was.
begin;
select plan(9);

-- given
select make_client();
select make_every_state();
create temporary table before on commit drop as
select l.id, to_jsonb(l) as lead, x.outcome
  from drip.leads as l
  left join drip_internal.lead_exits as x on x.id = l.id
 where l.client_id = the_client();

-- when
select lives_ok('select sweep(batch_size => 7)', 'sweeps in batches of 7');

-- then
select is(run_status(), 'succeeded', 'the run succeeded');
select is(run_counts(),
          '{"found": 88, "processed": 88, "opted_out": 48, "booked": 24, "campaign_deleted": 12, "completed": 4, "batches": 13}',
          'the run counts what left, by outcome');
select is_empty(
    $$select from drip_internal.due_leads as d where d.client_id = the_client()$$,
    'nobody is due any more');
select is_empty(
    $$select from before as b join drip.leads as l on l.id = b.id
       where b.outcome is not null
         and (l.is_active or l.completed_at is null or outcomes(l.id) <> array[b.outcome])$$,
    'who was due is inactive, with one entry that has the outcome');
select is_empty(
    $$select from before as b join drip.leads as l on l.id = b.id
       where b.outcome is null and to_jsonb(l) <> b.lead$$,
    'who was not due is unchanged, every column');
select is_empty('select * from drip.verify_campaign_stats(the_client())', 'the counters are those of a recount');

-- twice
select lives_ok('select sweep(batch_size => 7)', 'sweeps again');
select is(run_counts(), null, 'finds nobody');

select * from finish();
rollback;
