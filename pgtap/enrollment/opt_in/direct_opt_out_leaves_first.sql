-- One that opted out by a direct write and was not swept yet did opt out: it leaves its campaign as such.
begin;
select plan(6);

-- given
select make_client();
select make_campaign();
select make_lead('Ann', opted_out => true, at_position => 1);

-- when
select is(drip.opt_in(the_client(), the_lead(), '2026-01-02 00:00+00'), true, 'it opted in');

-- then
select is(outcomes(), array['opted_out'], 'it left as opted out');
select results_eq('select l.opted_out, l.is_active, l.completed_at from drip.leads as l',
                  $$values (false, false, '2026-01-02 00:00+00'::timestamptz)$$, 'and may be enrolled');
select is(counters(), '{"opted_out": 1}', 'counted');
select is_empty('select from drip_internal.due_leads as d where d.client_id = the_client()', 'nobody is due');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');

select * from finish();
rollback;
