-- All six counters, each by itself.
begin;
select plan(1);

-- given
select make_client();
select make_campaign();

-- when
update drip.campaigns as c
   set active_leads_count = 1, completed_leads_count = 2, opted_out_count = 3, booked_count = 4, abandoned_count = 5,
       campaign_deleted_count = 6
 where c.id = the_campaign();

-- then
select results_eq(
    $$select v.counter, v.recorded, v.recounted from drip.verify_campaign_stats(the_client()) as v order by 2$$,
    $$values ('active', 1::bigint, 0::bigint), ('completed', 2, 0), ('opted_out', 3, 0), ('booked', 4, 0), ('abandoned', 5, 0),
             ('campaign_deleted', 6, 0)$$,
    'six differences');

select * from finish();
rollback;
