-- Unknown lead or client, or a moment that is none.
begin;
select plan(5);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign();
select make_lead('Ann', opted_out => true, is_active => false);

-- then
select throws_ok($$select drip.opt_in(the_client(), '00000000-0000-0000-0000-000000000000')$$,
                 'DR003', format('client %s has no lead 00000000-0000-0000-0000-000000000000', the_client()), 'an unknown lead');
select throws_ok($$select drip.opt_in(the_client('Other'), the_lead())$$, 'DR003', null, 'another client''s lead');
select throws_ok($$select drip.opt_in(gen_random_uuid(), the_lead())$$, 'DR001', null, 'an unknown client');
select throws_ok($$select drip.opt_in(the_client(), the_lead(), 'infinity')$$, 'DR012', null, 'no point in time');
select is((select l.opted_out from drip.leads as l), true, 'the lead is opted out still');

select * from finish();
rollback;
