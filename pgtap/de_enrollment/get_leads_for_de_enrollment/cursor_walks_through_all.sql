-- Batch by batch from the last id, every due lead comes once.
begin;
select plan(5);

-- given
select make_client();
select make_campaign(steps => 1);
create temporary table made on commit drop as select make_leads(7, at_position => 1) as ids;

-- then
select is(array(select g.id from drip.get_leads_for_de_enrollment(the_client(), 3) as g), (select m.ids[1:3] from made as m),
          'the first three');
select is(array(select g.id from drip.get_leads_for_de_enrollment(the_client(), 3, (select m.ids[3] from made as m)) as g),
          (select m.ids[4:6] from made as m), 'the next three');
select is(array(select g.id from drip.get_leads_for_de_enrollment(the_client(), 3, (select m.ids[6] from made as m)) as g),
          (select m.ids[7:7] from made as m), 'the last one');
select is_empty(
    $$select from drip.get_leads_for_de_enrollment(the_client(), 3, (select m.ids[7] from made as m))$$,
    'then none');
select is(array(select g.id from drip.get_leads_for_de_enrollment(the_client(), 2, '00000000-0000-0000-0000-000000000000') as g),
          (select m.ids[1:2] from made as m), 'the cursor need not be a lead');

select * from finish();
rollback;
