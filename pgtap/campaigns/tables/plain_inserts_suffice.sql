-- Clients (id, name), campaigns (id, client_id, name, form_id, messages), leads (client_id, campaign_link_id, phone): the rest has defaults.
begin;
select plan(6);

-- when
select lives_ok($$insert into drip.clients (id, name) values ('00000000-0000-4000-8000-00000000000a', 'Acme')$$, 'a client');
select lives_ok($$insert into drip.campaigns (id, client_id, name, form_id, messages)
                  values ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000a', 'Welcome', 'form_1',
                          make_messages(2))$$, 'a campaign');
select lives_ok($$insert into drip.leads (client_id, campaign_link_id, phone)
                  values ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', '+15550009999')$$, 'a lead');

-- then
select results_eq(
    $$select c.campaign_type, c.message_count, c.is_paused, c.is_active, c.auto_discovered, c.deactivated_at
        from drip.campaigns as c where c.id = '00000000-0000-4000-8000-00000000000b'$$,
    $$values ('standard', 2, false, true, false, null::timestamptz)$$, 'the campaign is active, its messages are counted');
select results_eq(
    $$select l.current_message_position, l.is_active, l.opted_out, l.booked_at, l.enrolled_at, l.completed_at, l.campaign_history
        from drip.leads as l where l.client_id = '00000000-0000-4000-8000-00000000000a'$$,
    $$values (0, true, false, null::timestamptz, now(), null::timestamptz, '[]'::jsonb)$$, 'the lead is enrolled now, at the start');
select is(counters('00000000-0000-4000-8000-00000000000b'), '{"active": 1}', 'and counted');

select * from finish();
rollback;
