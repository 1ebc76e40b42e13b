-- A lead's client, by the lead's id alone; to a client, another's lead is as none.
begin;
select plan(4);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign();
select make_lead();

-- then
select is(drip.get_lead_client(the_lead()), the_client('Acme'), 'by the id alone');
select is(drip.get_lead_client(the_lead(), the_client('Acme')), the_client('Acme'), 'asked with its client');
select throws_ok(
    format('select drip.get_lead_client(%L, %L)', the_lead(), the_client('Other')), 'DR003',
    format('lead %s is not known', the_lead()), 'asked with another client');
select throws_ok(
    'select drip.get_lead_client(''00000000-0000-4000-8000-000000000042'')', 'DR003',
    'lead 00000000-0000-4000-8000-000000000042 is not known', 'a lead that nobody has: the same words');

select * from finish();
rollback;
