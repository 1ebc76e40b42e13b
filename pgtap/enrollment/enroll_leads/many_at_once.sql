-- Some thousand: new ones, known ones, in other campaigns, all in one call; the same call again changes nothing.
begin;
select plan(9);

-- given
select make_client();
select make_campaign('Other', steps => 2);
insert into drip.leads (client_id, campaign_link_id, phone, email, current_message_position)
select the_client(), the_campaign(), '+1202' || (1000000 + n), 'p' || n || '@example.com', n % 3 from generate_series(1, 900) as n;
select make_campaign('Welcome');
create temporary table given on commit drop as
select jsonb_agg(jsonb_build_object('phone', '+1202' || (1000000 + n), 'email', 'P' || n || '@example.com', 'firstName', 'Lead ' || n)
                 order by n desc) as people
  from generate_series(1, 3000) as n;

-- when
create temporary table told on commit drop as
select e.* from given as g cross join lateral drip.enroll_leads(the_client(), the_campaign(), g.people) as e;

-- then
select results_eq('select t.result, count(*) from told as t group by t.result order by t.result',
                  $$values ('enrolled', 2400::bigint), ('in_another_campaign', 600)$$, 'who was due elsewhere and who is new');
select is((select count(*) from told as t join drip.leads as l on l.id = t.lead_id and l.phone = '+1202' || (1000000 + 3001 - t.ordinal)),
          3000::bigint, 'each row tells its own lead');
select is(counters(), '{"active": 2400}', 'counted');
select is(counters(the_campaign('Other')), '{"active": 600, "completed": 300}', 'there too');
select is((select count(*) from drip.leads as l where l.first_name like 'Lead %' and l.email like 'P%'), 3000::bigint, 'all are updated');

-- twice
create temporary table before on commit drop as select l from drip.leads as l;
select results_eq('select e.result, count(*) from given as g cross join lateral drip.enroll_leads(the_client(), the_campaign(), g.people) as e group by e.result order by e.result',
                  $$values ('already_enrolled', 2400::bigint), ('in_another_campaign', 600)$$, 'again: all are refused');
select set_eq('select l from drip.leads as l', 'select b.l from before as b', 'no row is touched');
select is(refusals(), '{"already_enrolled": 2400, "in_another_campaign": 1200}', 'each refusal is counted');
select is_empty('select from drip.verify_campaign_stats(the_client())', 'a recount agrees');

select * from finish();
rollback;
