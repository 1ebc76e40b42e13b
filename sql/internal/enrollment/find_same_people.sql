create or replace function drip_internal.find_same_people(p_lines bigint[], p_phones text[], p_emails text[])
returns table (line bigint, first_line bigint)
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $find_same_people$
begin
    -- Mostly nobody comes twice, and hashing tells that faster than sorting.
    if not exists (select from unnest(p_phones) as u (phone) where u.phone is not null group by u.phone having count(*) > 1)
       and not exists (select from unnest(p_emails) as u (email) where u.email is not null group by lower(u.email) having count(*) > 1) then
        return;
    end if;
    return query
    with recursive pointers as materialized (
        select s.line,
               case
                   when s.phone is not null and s.first_by_phone < s.line then s.first_by_phone
                   when s.email is not null and s.first_by_email < s.line then s.first_by_email
                   else s.line
               end as earlier
          from (select u.line, u.phone, u.email,
                       min(u.line) over (partition by u.phone) as first_by_phone,
                       min(u.line) over (partition by lower(u.email)) as first_by_email
                  from unnest(p_lines, p_phones, p_emails) as u (line, phone, email)) as s
    ), people as (
        select p.line, p.line as root, 0 as depth from pointers as p
         where p.earlier = p.line and exists (select from pointers as q where q.earlier = p.line and q.line <> p.line)
         union all
        select q.line, r.root, r.depth + 1
          from people as r
          join pointers as q on q.earlier = r.line and q.line <> q.earlier
    )
    select r.line, r.root from people as r where r.depth > 0;
end
$find_same_people$;

comment on function drip_internal.find_same_people(bigint[], text[], text[]) is
'Of rows given by line, phone and e-mail, those that name a person whom an earlier row names, by the same phone or else the same e-mail, each with the line of that person''s first row.';
