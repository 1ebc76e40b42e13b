-- Unknown lead, client or outcome: a code, a message, and nothing changes.
begin;
select plan(8);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign();
select make_lead();

-- then
select throws_ok($$select drip.de_enroll_lead(the_client(), the_lead(), 'bored')$$,
                 'DR006', 'outcome bored does not exist', 'an unknown outcome');
select throws_ok($$select drip.de_enroll_lead(the_client(), the_lead(), null)$$,
                 'DR006', 'outcome null does not exist', 'no outcome');
select throws_ok($$select drip.de_enroll_lead(the_client(), '00000000-0000-0000-0000-000000000000')$$,
                 'DR003', format('client %s has no lead 00000000-0000-0000-0000-000000000000', the_client()), 'an unknown lead');
select throws_ok($$select drip.de_enroll_lead(the_client(), null)$$,
                 'DR003', format('client %s has no lead null', the_client()), 'no lead');
select throws_ok($$select drip.de_enroll_lead(the_client('Other'), the_lead())$$,
                 'DR003', format('client %s has no lead %s', the_client('Other'), the_lead()), 'another client''s lead');
select throws_ok($$select drip.de_enroll_lead('00000000-0000-0000-0000-000000000000', the_lead())$$,
                 'DR001', 'client 00000000-0000-0000-0000-000000000000 is not known', 'an unknown client');
select is(is_in_campaign(), true, 'the lead stays');
select is(history(), '[]', 'without an entry');

select * from finish();
rollback;
