create or replace function drip_internal.find_same_people(p_lines bigint[], p_phones text[], p_emails text[])
returns table (line bigint, first_line bigint)
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $find_same_people$
declare
    v_lines  bigint[];
    v_firsts bigint[];
    v_row    record;
begin
    -- Mostly nobody comes twice, and hashing tells that faster than sorting.
    if not exists (select from unnest(p_phones) as u (phone) where u.phone is not null group by u.phone having count(*) > 1)
       and not exists (select from unnest(p_emails) as u (email) where u.email is not null group by lower(u.email) having count(*) > 1) then
        return;
    end if;
    v_lines := array(select u.line from unnest(p_lines) as u (line) order by u.line);
    v_firsts := v_lines;
    -- Each row points at one before it, so one pass in order finds the first of every chain, however long it is.
    for v_row in
        select e.place, e.earlier
          from (select n.place,
                       case
                           when n.phone is not null and n.first_by_phone < n.place then n.first_by_phone
                           when n.email is not null then n.first_by_email
                           else n.place
                       end as earlier
                  from (select p.place, p.phone, p.email,
                               min(p.place) over (partition by p.phone) as first_by_phone,
                               min(p.place) over (partition by lower(p.email)) as first_by_email
                          from (select u.phone, u.email, (row_number() over (order by u.line))::integer as place
                                  from unnest(p_lines, p_phones, p_emails) as u (line, phone, email)) as p) as n) as e
         where e.earlier < e.place
         order by e.place
    loop
        v_firsts[v_row.place] := v_firsts[v_row.earlier];
        line := v_lines[v_row.place];
        first_line := v_firsts[v_row.place];
        return next;
    end loop;
end
$find_same_people$;

comment on function drip_internal.find_same_people(bigint[], text[], text[]) is
'Of rows given by line, phone and e-mail, those that name a person whom an earlier row names, by the same phone or else the same e-mail, each with the line of that person''s first row.';
