-- A plan made while the table was empty is kept while an import fills it, and must not read all of it for each batch.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();
create temporary table fetched on commit drop as
select t.seq_tup_read, t.idx_tup_fetch from pg_stat_xact_user_tables as t where t.relid = 'drip.leads'::regclass;

-- when: 20,000 leads, 500 at a time, in this one session; and the same again, when all are known
create temporary table told (result text, leads bigint) on commit drop;
do $$
declare
    v_from integer;
begin
    for v_batch in 0 .. 79 loop
        v_from := v_batch % 40 * 500;
        insert into told
        select e.result, count(*)
          from drip.enroll_leads(tap.the_client(), tap.the_campaign(), (
               select jsonb_agg(jsonb_build_object('phone', '+1202' || (1000000 + n), 'email', 'p' || n || '@example.com'))
                 from generate_series(v_from + 1, v_from + 500) as n)) as e
         group by e.result;
    end loop;
end $$;

-- then
select set_eq('select t.result, sum(t.leads) from told as t group by t.result', $$values ('enrolled', 20000::numeric), ('already_enrolled', 20000)$$, 'all came, then all were known');
select is((select t.seq_tup_read - f.seq_tup_read from pg_stat_xact_user_tables as t cross join fetched as f where t.relid = 'drip.leads'::regclass),
          0::bigint, 'no row was read by a sequential scan');
select cmp_ok((select t.idx_tup_fetch - f.idx_tup_fetch from pg_stat_xact_user_tables as t cross join fetched as f where t.relid = 'drip.leads'::regclass),
              '<', 400000::bigint, 'and by indexes a few for each lead, not all for each batch');
select is(counters(), '{"active": 20000}', 'counted');

select * from finish();
rollback;
