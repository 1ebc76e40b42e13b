-- A retired campaign takes nobody, but the person it was asked to take is known from then on.
begin;
select plan(6);

-- given
select make_client();
select make_campaign('Retired', is_active => false);
select make_campaign('Welcome');

-- when
select is(enroll('{"firstName": "Ada", "phone": "+12025550101"}', the_campaign('Retired')), 'campaign_inactive', 'refused');

-- then
select results_eq('select l.id, l.first_name, l.is_active, l.campaign_link_id from drip.leads as l',
                  $$values (the_lead('Ada'), 'Ada', false, null::uuid)$$, 'a lead in no campaign');
select is(counters(the_campaign('Retired')), '{}', 'counted nowhere');
select is((select s.last_enrollment_at from drip.campaign_statistics as s where s.id = the_campaign('Retired')), null, 'nobody enrolled');
select is(refusals(the_campaign('Retired')), '{"campaign_inactive": 1}', 'but refused');
select is(enroll('{"phone": "+12025550101"}'), 'enrolled', 'another campaign may take it');

select * from finish();
rollback;
