-- Resuming sends again; the second time there is nothing to do.
begin;
select plan(8);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign('Elsewhere', is_paused => true);
select make_campaign('Welcome', is_paused => true);

-- then
select is(drip.resume_campaign(the_client(), the_campaign()), true, 'the first time');
select results_eq($$select c.name, c.is_paused, c.is_active from drip.campaigns as c where c.client_id = the_client() order by 1$$,
                  $$values ('Elsewhere', true, true), ('Welcome', false, true)$$, 'this campaign alone');
create temporary table before on commit drop as select c.updated_at, c.ctid as place from drip.campaigns as c where c.id = the_campaign();
select is(drip.resume_campaign(the_client(), the_campaign()), false, 'the second time');
select results_eq('select c.updated_at, c.ctid from drip.campaigns as c where c.id = the_campaign()', 'select b.updated_at, b.place from before as b',
                  'writes nothing');
select throws_ok($$select drip.resume_campaign(the_client('Other'), the_campaign('Elsewhere'))$$, 'DR002',
                 format('client %s has no campaign %s', the_client('Other'), the_campaign('Elsewhere')), 'another client''s is refused');
select is(sqlstate_of($$select drip.resume_campaign(the_client(), null)$$), 'DR002', 'so is none');
select is(sqlstate_of($$select drip.resume_campaign(gen_random_uuid(), the_campaign())$$), 'DR001', 'and an unknown client');
select is((select c.is_paused from drip.campaigns as c where c.id = the_campaign('Elsewhere')), true, 'nothing changed');

select * from finish();
rollback;
