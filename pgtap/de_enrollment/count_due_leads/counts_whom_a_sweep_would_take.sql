-- What a sweep would take out now, by outcome: of one client or all, without those that failed and pause.
begin;
select plan(6);

-- given
select make_client('Other');
select make_campaign('Theirs');
select make_lead('Zoe', campaign => the_campaign('Theirs'), opted_out => true);
select make_client('Acme');
select make_campaign('A');
select make_lead('Ann', campaign => the_campaign('A'), opted_out => true);
select make_lead('Bob', campaign => the_campaign('A'), booked_at => now());
select make_lead('Cid', campaign => the_campaign('A'));
insert into drip.de_enrollment_errors (client_id, lead_id, sqlstate, message, retry_at)
select l.client_id, l.id, 'P0001', 'poisoned', now() + interval '5 minutes' from drip.leads as l where l.first_name = 'Bob';

-- then
select set_eq('select * from drip.count_due_leads(the_client())', $$values ('opted_out', 1::bigint)$$, 'one client');
select set_eq('select * from drip.count_due_leads()', $$values ('opted_out', 2::bigint)$$, 'all of them');
select set_eq($$select * from drip.count_due_leads(the_client(), now() + interval '6 minutes')$$,
              $$values ('opted_out', 1::bigint), ('booked', 1)$$, 'who failed counts again when the pause is over');
select is((select count(*) from drip.leads as l where l.is_active), 4::bigint, 'nobody left');
select is(sqlstate_of('select drip.count_due_leads(gen_random_uuid())'), 'DR001', 'an unknown client is refused');
select is(sqlstate_of($$select drip.count_due_leads(null, 'infinity')$$), 'DR012', 'so is no point in time');

select * from finish();
rollback;
