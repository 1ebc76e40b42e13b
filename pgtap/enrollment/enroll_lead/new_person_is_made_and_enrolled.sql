-- Somebody unknown becomes a lead with what is given, in the campaign, from p_now on.
begin;
select plan(8);

-- given
select make_client();
select make_campaign();

-- when
select is(enroll('{"phone": "+12025550142", "email": "Ada@Example.com", "firstName": "Ada", "lastName": "Lovelace",
                   "timezone": "Europe/London", "currentMessagePosition": 1}', at => '2026-01-02 03:04+00'), 'enrolled', 'enrolled');

-- then
select results_eq(
    $$select l.client_id, l.campaign_link_id, l.phone, l.email, l.first_name, l.last_name, l.timezone, l.current_message_position,
             l.is_active, l.opted_out, l.booked_at, l.enrolled_at, l.completed_at, l.created_at, l.updated_at, l.campaign_history
        from drip.leads as l where l.id = the_lead('Ada')$$,
    $$values (the_client(), the_campaign(), '+12025550142', 'Ada@Example.com', 'Ada', 'Lovelace', 'Europe/London', 1,
              true, false, null::timestamptz, '2026-01-02 03:04+00'::timestamptz, null::timestamptz,
              '2026-01-02 03:04+00'::timestamptz, '2026-01-02 03:04+00'::timestamptz, '[]'::jsonb)$$, 'every value is where it belongs');
select is(counters(), '{"active": 1}', 'the campaign counts it');
select is(refusals(), '{}', 'nothing was refused');

-- twice
create temporary table before on commit drop as select l from drip.leads as l;
select is(enroll('{"phone": "+12025550142", "email": "Ada@Example.com", "firstName": "Ada", "lastName": "Lovelace",
                   "timezone": "Europe/London", "currentMessagePosition": 1}', at => '2026-02-02 03:04+00'), 'already_enrolled',
          'again: already enrolled');
select results_eq('select l from drip.leads as l', 'select b.l from before as b', 'the row is not touched, its position and updated_at neither');
select is(counters(), '{"active": 1}', 'counted once');
select is(refusals(), '{"already_enrolled": 1}', 'the refusal is counted');

select * from finish();
rollback;
