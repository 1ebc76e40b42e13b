-- A limit of 1 to 1,000, a lease of more than nothing and at most a day, a moment in time.
begin;
select plan(10);

select throws_ok(format('select drip.claim_airtable_changes(%s)', c.arguments), 'DR012', null, c.arguments)
  from (values ('p_limit => 0'), ('p_limit => 1001'), ('p_limit => null'), ('p_lease => null'), ('p_lease => ''0'''),
               ('p_lease => ''-1 minute'''), ('p_lease => ''1 day 1 second'''), ('p_now => null'), ('p_now => ''infinity''')) as c (arguments);
select lives_ok($$select drip.claim_airtable_changes(null, 1000, '1 day')$$, 'the largest are allowed');

select * from finish();
rollback;
