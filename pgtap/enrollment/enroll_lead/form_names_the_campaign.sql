-- A campaign is named by its id or by its form, within the client.
begin;
select plan(5);

-- given
select make_client('Beta');
select make_campaign('Theirs', form_id => 'kajabi_1');
select make_client('Acme');
select make_campaign('Ours', form_id => 'kajabi_1');

-- then
select is((select e.result from drip.enroll_lead(the_client(), p_form_id => 'kajabi_1', p_lead => '{"phone": "+12025550101"}') as e),
          'enrolled', 'by its form');
select is(counters(the_campaign('Ours')), '{"active": 1}', 'in our campaign');
select is(counters(the_campaign('Theirs')), '{}', 'not in theirs');
select throws_ok($$select drip.enroll_lead(the_client(), p_form_id => 'kajabi_2', p_lead => '{"phone": "+12025550101"}')$$,
                 'DR002', format('client %s has no campaign for form kajabi_2', the_client()), 'an unknown form');
select is((select array_agg(e.result) from drip.enroll_leads(the_client(), p_form_id => 'kajabi_1', p_leads => '[{"phone": "+12025550101"}]') as e),
          array['already_enrolled'], 'an array too');

select * from finish();
rollback;
