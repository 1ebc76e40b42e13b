-- Settings that mean nothing are refused where they are made.
begin;
select plan(8);

-- given
select make_client();
select make_campaign();

-- then
select is(sqlstate_of(format('update drip.campaigns as c set %s where c.id = the_campaign()', s.setting)), s.code, s.setting)
  from (values ('reenroll_outcomes = ''{completed,booked,opted_out,abandoned,campaign_deleted}''', null),
               ('reenroll_outcomes = ''{gone}''', '23514'), ('reenroll_outcomes = ''{}''', '23514'),
               ('reenroll_outcomes = ''{completed,NULL}''', '23514'), ('reenroll_after_days = 0', null),
               ('reenroll_after_days = 36500', null), ('reenroll_after_days = -1', '23514'),
               ('reenroll_after_days = 36501', '23514')) as s (setting, code);

select * from finish();
rollback;
