-- A row is the person of the first row with its phone, else of the first row with its e-mail, and so on back to the first.
begin;
select plan(7);

-- then
select is_empty($$select * from drip_internal.find_same_people('{}', '{}', '{}')$$, 'nobody');
select is_empty($$select * from drip_internal.find_same_people('{1,2,3}', '{a,b,null}', '{null,x,y}')$$, 'three people');
select is_empty($$select * from drip_internal.find_same_people('{1,2}', '{null,null}', '{x,y}')$$, 'no phone is no common phone');
select set_eq($$select * from drip_internal.find_same_people('{10,20,30,40}', '{a,a,null,b}', '{null,x,X,x}')$$,
              'values (20::bigint, 10::bigint), (30, 10), (40, 10)', 'by phone, then by e-mail in any case');
select set_eq($$select * from drip_internal.find_same_people('{4,3,2,1}', '{b,a,a,b}', '{null,null,null,null}')$$,
              'values (3::bigint, 2::bigint), (4, 1)', 'lines count, not the order of the arrays');
select set_eq($$select * from drip_internal.find_same_people('{1,2,3}', '{a,b,b}', '{x,y,x}')$$,
              'values (3::bigint, 2::bigint)', 'the phone wins over an earlier e-mail');
select results_eq(
    $$select count(*), min(s.first_line), max(s.first_line), count(distinct s.line)
        from (select array_agg(n) as lines, array_agg('p' || n / 2) as phones, array_agg('e' || (n + 1) / 2) as emails
                from generate_series(1, 10000) as n (n)) as a
       cross join lateral drip_internal.find_same_people(a.lines, a.phones, a.emails) as s$$,
    'values (9999::bigint, 1::bigint, 1::bigint, 9999::bigint)', 'a chain of ten thousand is one person');

select * from finish();
rollback;
