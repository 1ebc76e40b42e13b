-- The first call for a form makes its campaign: paused, auto-discovered, with the default message. The second returns it.
begin;
select plan(10);

-- given
select make_client('Other');
select make_client('Acme');

-- when
create temporary table first_call on commit drop as
select a.* from drip.auto_create_campaign(the_client(), 'kajabi_form_123', 'Lead Magnet Registration') as a;
select remember('campaign', 'made', (select f.campaign_id from first_call as f));

-- then
select is((select f.created from first_call as f), true, 'created');
select results_eq(
    $$select c.client_id, c.name, c.form_id, c.is_paused, c.is_active, c.auto_discovered, c.campaign_type, c.messages
        from drip.campaigns as c where c.id = the_campaign('made')$$,
    $$values (the_client(), 'Lead Magnet Registration Campaign', 'kajabi_form_123', true, true, true, 'standard',
              drip.default_messages())$$,
    'paused for review, with the default message');

-- and again
select results_eq($$select a.campaign_id, a.created from drip.auto_create_campaign(the_client(), 'kajabi_form_123', 'Renamed') as a$$,
                  $$values (the_campaign('made'), false)$$, 'the second call finds it');
select is((select c.name from drip.campaigns as c where c.id = the_campaign('made')), 'Lead Magnet Registration Campaign',
          'and leaves its name');
select is((select count(*) from drip.campaigns as c where c.client_id = the_client()), 1::bigint, 'there is one');

-- and
select is((select a.created from drip.auto_create_campaign(the_client('Other'), 'kajabi_form_123') as a), true,
          'another client''s form of that id is another form');
select is((select c.name from drip.campaigns as c where c.client_id = the_client('Other')), 'Form kajabi_form_123 Campaign',
          'named after the form''s id, for want of a name');
select results_eq(
    $$select a.created from drip.auto_create_campaign(the_client(), 'KAJABI_FORM_123') as a$$, array[true],
    'the id is taken by the letter');

-- and
select drip.deactivate_campaign(the_client(), the_campaign('made'));
select results_eq($$select a.campaign_id, a.created from drip.auto_create_campaign(the_client(), 'kajabi_form_123') as a$$,
                  $$values (the_campaign('made'), false)$$, 'a retired campaign is returned too');
select is((select c.is_active from drip.campaigns as c where c.id = the_campaign('made')), false, 'and stays retired');

select * from finish();
rollback;
