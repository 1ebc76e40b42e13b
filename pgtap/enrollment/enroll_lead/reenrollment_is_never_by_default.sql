-- Without a setting nobody comes back, however the stay ended.
begin;
select plan(5);

-- given
select make_client();
select make_campaign();
select make_lead(o.outcome, campaign => null, is_active => false, campaign_history => jsonb_build_array(make_entry(outcome => o.outcome)))
  from (values ('completed'), ('booked'), ('abandoned'), ('campaign_deleted'), ('opted_out')) as o (outcome);

-- then
select is(enroll(jsonb_build_object('phone', l.phone), at => '2099-01-01 00:00+00'), 'already_completed', l.first_name)
  from drip.leads as l order by l.first_name;

select * from finish();
rollback;
