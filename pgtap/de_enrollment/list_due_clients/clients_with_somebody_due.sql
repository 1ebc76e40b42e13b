-- Only clients that have a lead to take out, in id order.
begin;
select plan(2);

-- given
select start_empty();
select make_client('idle');
select make_campaign('idle');
select make_lead('idle');
select make_client('empty');
select make_client('flagged');
select make_campaign('flagged');
select make_lead('flagged', opted_out => true);
select make_client('due');
select make_campaign('due', steps => 1);
select make_lead('due', at_position => 1);
select make_client('pausing');
select make_campaign('pausing', steps => 1);
select make_lead('pausing', at_position => 1);
select poison();
select make_run();
select process(array[the_lead()], at => '2026-01-01 12:00+00');

-- then
select results_eq($$select d.client_id from drip_internal.list_due_clients(null, '2026-01-01 12:01+00') as d$$,
                  $$select u.id from unnest(array[the_client('flagged'), the_client('due')]) as u (id) order by u.id$$,
                  'two of five');
select results_eq(
    $$select d.client_id from drip_internal.list_due_clients(null, '2026-01-01 12:05+00') as d$$,
    $$select u.id from unnest(array[the_client('flagged'), the_client('due'), the_client('pausing')]) as u (id) order by u.id$$,
    'a third once its pause is over');

select * from finish();
rollback;
