-- Who left since a moment: ids and outcome, nothing of the person.
begin;
select plan(4);

-- given
select start_empty();
select make_client('Acme');
select make_campaign(steps => 1);
select make_lead('Ann', at_position => 1);
select make_lead('Bob');
select make_lead('Cid', at_position => 1);

-- when
select drip.de_enroll_lead(the_client(), the_lead('Ann'), p_now => '2031-05-04 12:00+00');
select drip.de_enroll_lead(the_client(), the_lead('Cid'), p_now => '2031-05-04 13:00+00');

-- then
select results_eq(
    $$select e.lead_id, e.outcome, e.campaign_id from drip.get_recent_exits('2031-05-04 12:00+00', the_client()) as e$$,
    $$values (the_lead('Ann'), 'completed', the_campaign()::text), (the_lead('Cid'), 'completed', the_campaign()::text)$$,
    'those who left, in order');
select is((select e.lead_id from drip.get_recent_exits('2031-05-04 12:30+00') as e), the_lead('Cid'), 'since then');
select is((select e.lead_id from drip.get_recent_exits('2031-05-04 12:00+00', null, 1) as e), the_lead('Ann'), 'so many');
select is_empty(
    $$select e.lead_id from drip.get_recent_exits('2031-05-04 12:00+00', gen_random_uuid()) as e$$, 'of nobody else');

select * from finish();
rollback;
