-- The campaign's id, however it was named; also a retired one's, which refuses by itself.
begin;
select plan(8);

-- given
select make_client('Beta');
select make_campaign('Theirs', form_id => 'theirs');
select make_client('Acme');
select make_campaign('Retired', form_id => 'old', is_active => false);
select make_campaign('Welcome', form_id => 'f');

-- then
select is(drip_internal.find_campaign(the_client(), the_campaign(), null), the_campaign(), 'by its id');
select is(drip_internal.find_campaign(the_client(), null, 'f'), the_campaign(), 'by its form');
select is(drip_internal.find_campaign(the_client(), null, 'old'), the_campaign('Retired'), 'a retired one');
select throws_ok($$select drip_internal.find_campaign(the_client(), null, 'theirs')$$, 'DR002', null, 'another client''s form');
select throws_ok($$select drip_internal.find_campaign(the_client(), the_campaign('Theirs'), null)$$, 'DR002', null, 'another client''s id');
select throws_ok($$select drip_internal.find_campaign(the_client(), null, null)$$, 'DR012', null, 'neither');
select throws_ok($$select drip_internal.find_campaign(the_client(), the_campaign(), 'f')$$, 'DR012', null, 'both');
select throws_ok($$select drip_internal.find_campaign(gen_random_uuid(), the_campaign(), null)$$, 'DR001', null, 'an unknown client');

select * from finish();
rollback;
