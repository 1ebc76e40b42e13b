-- Newest first, in pages that neither repeat nor skip, whatever is created meanwhile.
begin;
select plan(13);

-- given
select start_empty();
select make_client('Other');
select make_campaign('theirs');
select make_client('Acme');
insert into drip.campaigns (id, client_id, name, created_at)
select ('00000000-0000-0000-0000-0000000000' || lpad(n.n::text, 2, '0'))::uuid, the_client(), 'c' || n.n,
       timestamptz '2031-05-04T12:00:00.000001Z' + (n.n / 3) * interval '1 microsecond'
  from generate_series(1, 10) as n (n);
create function pg_temp.page(after text, how_many integer default 4) returns table (names text[], cursor text) language sql as
$$select array_agg(l.campaign ->> 'name' order by l.place), (array_agg(l.next_cursor order by l.place desc))[1]
    from drip.list_campaigns(the_client(), after, how_many) with ordinality as l (campaign, next_cursor, place)$$;

-- then
select is((select p.names from pg_temp.page(null) as p), array['c10', 'c9', 'c8', 'c7'], 'the newest first, of the same instant by id');
create temporary table walked on commit drop as
with recursive pages as (
    select p.names, p.cursor from pg_temp.page(null, 3) as p
     union all
    select n.names, n.cursor from pages as p cross join lateral pg_temp.page(p.cursor, 3) as n where p.cursor is not null
)
select p.names from pages as p;
select is((select array_agg(n.name order by w.place, n.place) from (select v.names, row_number() over () as place from walked as v) as w
            cross join lateral unnest(w.names) with ordinality as n (name, place)),
          array['c10', 'c9', 'c8', 'c7', 'c6', 'c5', 'c4', 'c3', 'c2', 'c1'], 'the pages join without a gap');
select is((select p.cursor from pg_temp.page(null, 10) as p), null, 'a last page that is full has no cursor');
select isnt((select p.cursor from pg_temp.page(null, 9) as p), null, 'one before the last has');
select matches((select p.cursor from pg_temp.page(null, 1) as p), '^[0-9a-f]{46}$', 'it can go into a URL as it is');

-- when
create temporary table first_page on commit drop as select p.cursor from pg_temp.page(null) as p;
insert into drip.campaigns (client_id, name, created_at) values (the_client(), 'newer', '2031-06-01T00:00Z');
delete from drip.campaigns as c where c.name in ('c7', 'c5');

-- then
select is((select p.names from first_page as f cross join lateral pg_temp.page(f.cursor) as p), array['c6', 'c4', 'c3', 'c2'],
          'the next page is the same, less what is gone');

-- and
select is((select count(*) from drip.list_campaigns()), 10::bigint, 'without a client all are listed');
select is((select l.campaign::text from drip.list_campaigns(the_client('Other')) as l), drip.describe_campaign(the_client('Other'), the_campaign('theirs'))::text,
          'each as describe_campaign shows it');
select is(sqlstate_of($$select drip.list_campaigns(gen_random_uuid())$$), 'DR001', 'an unknown client is refused');
select is(array(select sqlstate_of(format('select drip.list_campaigns(null, %L)', b.cursor))
                  from (values (''), ('x'), (repeat('g', 46)), (repeat('f', 46)), (repeat('f', 46) || '0'), ('<script>'), (repeat('-', 46))) as b (cursor)),
          array['DR012', 'DR012', 'DR012', null, 'DR012', 'DR012', 'DR012'], 'a bad cursor is, too');
select is(array(select sqlstate_of(format('select drip.list_campaigns(p_limit => %s)', b.how_many)) from (values ('0'), ('1001'), ('null'), ('-1'), ('1000')) as b (how_many)),
          array['DR012', 'DR012', 'DR012', 'DR012', null], 'and a bad limit');
update drip.campaigns as c set created_at = 'infinity' where c.name = 'newer';
select is((select p.names from pg_temp.page(null, 1) as p), array['newer'], 'a date that is none');
select is((select p.names from pg_temp.page(null, 1) as f cross join lateral pg_temp.page(f.cursor, 2) as p), array['c10', 'c9'], 'does not end the list');

select * from finish();
rollback;
