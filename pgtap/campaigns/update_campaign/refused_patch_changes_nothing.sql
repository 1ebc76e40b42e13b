-- Unknown ids, bad fields, a taken form, a retired campaign that is to live: an error, and the row as it was.
begin;
select plan(12);

-- given
select make_client('Other');
select make_campaign('Theirs', form_id => 'theirs');
select make_client('Acme');
select make_campaign('Taken', form_id => 'taken');
select make_campaign('Retired', is_active => false);
select make_campaign('Ours', form_id => 'ours');
create temporary table before on commit drop as select to_jsonb(c) as row from drip.campaigns as c where c.id = the_campaign();

-- then
select throws_ok($$select drip.update_campaign(the_client('Other'), the_campaign(), '{"name": "X"}')$$, 'DR002',
                 format('client %s has no campaign %s', the_client('Other'), the_campaign()), 'another client''s');
select throws_ok($$select drip.update_campaign('00000000-0000-0000-0000-000000000042', the_campaign(), '{"name": "X"}')$$, 'DR001',
                 'client 00000000-0000-0000-0000-000000000042 is not known', 'an unknown client');
select is(sqlstate_of($$select drip.update_campaign(the_client(), null, '{}')$$), 'DR002', 'no campaign');
select throws_ok($$select drip.update_campaign(the_client(), the_campaign(), '{"name": "X", "colour": "red"}')$$, 'DR016',
                 'this is no campaign: colour is not known, or cannot be set', 'an unknown key');
select throws_ok($$select drip.update_campaign(the_client(), the_campaign(), '{"name": "X", "formId": "taken"}')$$, 'DR015',
                 'form taken belongs to another campaign of the client', 'a form that is taken');
select throws_ok($$select drip.update_campaign(the_client(), the_campaign('Retired'), '{"isActive": true}')$$, 'DR008',
                 format('campaign %s is retired, and that is final', the_campaign('Retired')), 'reviving');
select is(sqlstate_of($$select drip.update_campaign(the_client(), the_campaign(), '{"name": "X"}', null)$$), 'DR012', 'no moment');
select is((select to_jsonb(c) from drip.campaigns as c where c.id = the_campaign()), (select b.row from before as b), 'nothing changed');

-- and yet
select lives_ok($$select drip.update_campaign(the_client(), the_campaign(), '{"formId": "theirs"}')$$, 'another client''s form is free');
select lives_ok($$select drip.update_campaign(the_client(), the_campaign(), '{"formId": "ours"}')$$, 'one''s own comes back');
select lives_ok($$select drip.update_campaign(the_client(), the_campaign('Retired'), '{"isActive": false, "name": "Still retired"}')$$,
                'a retired campaign can be renamed');
select is(drip.update_campaign(the_client(), the_campaign(), '{"isActive": false}', '2031-05-04T12:00Z')::jsonb ->> 'deactivatedAt',
          '2031-05-04T12:00:00.000Z', 'isActive false retires, at p_now');

select * from finish();
rollback;
