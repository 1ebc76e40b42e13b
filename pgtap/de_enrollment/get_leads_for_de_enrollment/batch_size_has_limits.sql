-- 1 to 10,000 leads.
begin;
select plan(6);

-- given
select make_client();
select make_campaign(steps => 1);
select make_leads(3, at_position => 1);

-- then
select throws_ok($$select drip.get_leads_for_de_enrollment(the_client(), 0)$$,
                 'DR005', 'batch size 0 is not between 1 and 10,000', '0 is refused');
select throws_ok($$select drip.get_leads_for_de_enrollment(the_client(), -1)$$,
                 'DR005', 'batch size -1 is not between 1 and 10,000', '-1 is refused');
select throws_ok($$select drip.get_leads_for_de_enrollment(the_client(), 10001)$$,
                 'DR005', 'batch size 10001 is not between 1 and 10,000', '10,001 is refused');
select throws_ok($$select drip.get_leads_for_de_enrollment(the_client(), null)$$,
                 'DR005', 'batch size null is not between 1 and 10,000', 'null is refused');
select is((select count(*)::integer from drip.get_leads_for_de_enrollment(the_client(), 1) as g), 1, '1 gives one');
select is((select count(*)::integer from drip.get_leads_for_de_enrollment(the_client(), 10000) as g), 3, '10,000 gives all three');

select * from finish();
rollback;
