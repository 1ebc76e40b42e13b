-- History, counters and ledger name a row by id and client_id: neither changes.
begin;
select plan(6);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign();
select make_lead(campaign => null);

-- then
select throws_ok($$update drip.campaigns as c set id = gen_random_uuid() where c.id = the_campaign()$$, 'DR011',
                 'the id or client_id of a row of drip.campaigns cannot be changed', 'a campaign''s id');
select throws_ok($$update drip.campaigns as c set client_id = the_client('Other') where c.id = the_campaign()$$, 'DR011',
                 'the id or client_id of a row of drip.campaigns cannot be changed', 'a campaign''s client');
select throws_ok($$update drip.leads as l set id = gen_random_uuid() where l.id = the_lead()$$, 'DR011',
                 'the id or client_id of a row of drip.leads cannot be changed', 'a lead''s id');
select throws_ok($$update drip.leads as l set client_id = the_client('Other') where l.id = the_lead()$$, 'DR011',
                 'the id or client_id of a row of drip.leads cannot be changed', 'a lead''s client');
select lives_ok($$update drip.campaigns as c set id = c.id, client_id = c.client_id, name = 'Renamed' where c.id = the_campaign()$$,
                'the same values are no change of a campaign');
select lives_ok($$update drip.leads as l set id = l.id, client_id = l.client_id, first_name = 'Bob' where l.id = the_lead()$$,
                'nor of a lead');

select * from finish();
rollback;
