-- Another client's leads never come.
begin;
select plan(4);

-- given
select make_client('Other');
select make_campaign('Theirs', steps => 1);
select make_lead('theirs', at_position => 1);
select make_client('Acme');
select make_campaign('Ours', steps => 1);
select make_lead('ours', at_position => 1);

-- then
select is(array(select g.id from drip.get_leads_for_de_enrollment(the_client('Acme')) as g), array[the_lead('ours')], 'Acme gets its lead');
select is(array(select g.id from drip.get_leads_for_de_enrollment(the_client('Other')) as g), array[the_lead('theirs')], 'the other theirs');
select throws_ok($$select drip.get_leads_for_de_enrollment('00000000-0000-0000-0000-000000000000')$$,
                 'DR001', 'client 00000000-0000-0000-0000-000000000000 is not known', 'an unknown client is refused');
select throws_ok($$select drip.get_leads_for_de_enrollment(null)$$, 'DR001', 'client null is not known', 'so is null');

select * from finish();
rollback;
