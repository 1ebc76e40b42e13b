-- Finished, booked, retired or in no campaign: it opted out.
begin;
select plan(10);

-- given
select make_client();
select make_campaign('Retired', is_active => false);
select make_lead('in a retired one');
select make_campaign('Welcome', steps => 2);
select make_lead('finished', at_position => 2);
select make_lead('booked', booked_at => now());
select make_lead('marked already', opted_out => true);
select make_lead('in none', campaign => null);

-- then
select is(drip.opt_out(the_client(), the_lead(n.name)), true, n.name || ': it left')
  from (values ('in a retired one'), ('finished'), ('booked'), ('marked already'), ('in none')) as n (name);
select is(outcomes(the_lead(n.name)), array['opted_out'], n.name || ': as opted_out')
  from (values ('in a retired one'), ('finished'), ('booked'), ('marked already'), ('in none')) as n (name);

select * from finish();
rollback;
