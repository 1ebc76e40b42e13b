-- drip.client_id is about reading: a routine does what its argument says, whatever the caller has set.
begin;
select plan(2);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select set_config('drip.client_id', the_client('Other')::text, true);

-- then
select is(as_role('drip_api', 'select drip.opt_out(the_client(), the_lead())'), 'true', 'the lead is found');
select is(counters(), '{"opted_out": 1}', 'and counted');

select * from finish();
rollback;
