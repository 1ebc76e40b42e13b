-- ASSERT raises what WHEN OTHERS does not catch; the lead stays behind alone all the same.
begin;
select plan(3);

-- given
select make_client();
select make_campaign(steps => 1);
select make_lead('Ann', at_position => 1);
select make_lead('Bob', at_position => 1);
select make_run();
create function public.fail_assertion() returns trigger language plpgsql as $$ begin assert false, 'never'; return new; end $$;
create trigger fail_assertion before update on drip.leads
for each row when (old.first_name = 'Ann') execute function public.fail_assertion();

-- when
select results_eq(
    $$select p.processed, p.failed from drip.process_de_enrollment_batch(the_run(), array[the_lead('Ann'), the_lead('Bob')]) as p$$,
    'values (1::bigint, 1::bigint)', 'one leaves, one fails');

-- then
select is(is_in_campaign(the_lead('Bob')), false, 'Bob left');
select is((select e.sqlstate from drip.de_enrollment_errors as e where e.lead_id = the_lead('Ann')), 'P0004', 'Ann''s error is recorded');

select * from finish();
rollback;
