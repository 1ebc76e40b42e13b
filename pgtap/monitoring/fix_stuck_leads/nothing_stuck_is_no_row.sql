-- A client with nobody stuck has an empty report; an unknown client is refused.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
select make_lead();

-- then
select is_empty('select * from drip.fix_stuck_leads(the_client())', 'an empty report');
select is_empty('select from drip.de_enrollment_runs as r where r.client_id = the_client()', 'and no run');
select throws_ok($$select * from drip.fix_stuck_leads('00000000-0000-0000-0000-000000000000')$$,
                 'DR001', 'client 00000000-0000-0000-0000-000000000000 is not known', 'an unknown client');
select throws_ok('select * from drip.fix_stuck_leads(null, true)', 'DR001', 'client null is not known', 'null');

select * from finish();
rollback;
