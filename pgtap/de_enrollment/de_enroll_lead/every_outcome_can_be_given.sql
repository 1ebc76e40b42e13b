-- completed, booked, opted_out, abandoned, campaign_deleted: each is recorded and counted as such.
begin;
select plan(14);

-- given
select make_client();
select make_campaign();
select make_lead('completed');
select make_lead('booked');
select make_lead('opted_out');
select make_lead('abandoned');
select make_lead('campaign_deleted');

-- then
select is(drip.de_enroll_lead(the_client(), the_lead(o.outcome), o.outcome), true, o.outcome || ': it left')
  from (values ('completed'), ('booked'), ('opted_out'), ('abandoned'), ('campaign_deleted')) as o (outcome);
select is(outcomes(the_lead(o.outcome)), array[o.outcome], o.outcome || ': so its history says')
  from (values ('completed'), ('booked'), ('opted_out'), ('abandoned'), ('campaign_deleted')) as o (outcome);
select is(counters(), '{"completed": 1, "booked": 1, "opted_out": 1, "abandoned": 1, "campaign_deleted": 1}', 'each is counted');
select is((select l.opted_out from drip.leads as l where l.id = the_lead('opted_out')), true, 'opted_out marks the person');
select isnt((select l.booked_at from drip.leads as l where l.id = the_lead('booked')), null, 'booked sets booked_at');
select is((select count(*)::integer from drip.leads as l where l.client_id = the_client() and (l.opted_out or l.booked_at is not null)), 2,
          'the others have neither');

select * from finish();
rollback;
