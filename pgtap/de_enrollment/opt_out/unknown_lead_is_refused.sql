-- Unknown lead or client.
begin;
select plan(4);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign();
select make_lead();

-- then
select throws_ok($$select drip.opt_out(the_client(), '00000000-0000-0000-0000-000000000000')$$,
                 'DR003', format('client %s has no lead 00000000-0000-0000-0000-000000000000', the_client()), 'an unknown lead');
select throws_ok($$select drip.opt_out(the_client('Other'), the_lead())$$,
                 'DR003', format('client %s has no lead %s', the_client('Other'), the_lead()), 'another client''s lead');
select throws_ok($$select drip.opt_out(gen_random_uuid(), the_lead())$$, 'DR001', null, 'an unknown client');
select is((select l.opted_out from drip.leads as l where l.id = the_lead()), false, 'the lead is not marked');

select * from finish();
rollback;
