-- What the sweep finds by index is what the exit rule lets go: no lead more, none less, each once.
begin;
select plan(3);

-- given
select make_client();
select make_every_state();

-- then
select bag_eq(
    $$select d.client_id, d.id from drip_internal.due_leads as d where d.client_id = the_client()$$,
    $$select x.client_id, x.id from drip_internal.lead_exits as x where x.client_id = the_client() and x.outcome is not null$$,
    'due_leads are the leads with an outcome');
select is((select count(*)::integer from drip_internal.due_leads as d where d.client_id = the_client()), 88,
          'of the 96 active leads the 8 in progress or in an empty campaign stay');
select is_empty(
    $$select from drip_internal.due_leads as d join drip.leads as l on l.id = d.id where not l.is_active$$,
    'an inactive lead is never due');

select * from finish();
rollback;
