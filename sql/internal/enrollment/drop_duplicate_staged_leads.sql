create or replace function drip_internal.drop_duplicate_staged_leads(p_client_id uuid, p_import_id uuid)
returns table (line bigint, first_line bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $drop_duplicate_staged_leads$
declare
    v_lines       bigint[];
    v_first_lines bigint[];
begin
    select array_agg(d.line order by d.line), array_agg(d.first_line order by d.line)
      into v_lines, v_first_lines
      from (select array_agg(s.line) as lines, array_agg(s.phone) as phones, array_agg(s.email) as emails
              from drip_internal.staged_leads as s
             where s.import_id = p_import_id) as a
     cross join lateral drip_internal.find_same_people(a.lines, a.phones, a.emails) as d
      join drip_internal.staged_leads as s on s.import_id = p_import_id and s.line = d.line
      join drip_internal.staged_leads as f on f.import_id = p_import_id and f.line = d.first_line
     -- Somebody known who is not whom the earlier line names, as two in a household with one e-mail, stays.
     cross join lateral (
           select drip_internal.find_person(p_client_id, s.phone, s.email) as id offset 0) as p
     where s.phone is not distinct from f.phone or p.id is null
        or p.id is not distinct from drip_internal.find_person(p_client_id, f.phone, f.email);

    with dropped as (
        delete from drip_internal.staged_leads as s
         using unnest(v_lines, v_first_lines) as u (line, first_line)
         where s.import_id = p_import_id and s.line = u.line
        returning u.first_line, s.opted_out, s.booked_at
    )
    update drip_internal.staged_leads as s
       set opted_out = d.opted_out or s.opted_out,
           booked_at = coalesce(s.booked_at, d.booked_at)
      from (select k.first_line, bool_or(k.opted_out) as opted_out, min(k.booked_at) as booked_at
              from dropped as k group by k.first_line) as d
     where s.import_id = p_import_id and s.line = d.first_line and (d.opted_out or d.booked_at is not null);

    return query select u.line, u.first_line from unnest(v_lines, v_first_lines) as u (line, first_line);
end
$drop_duplicate_staged_leads$;

comment on function drip_internal.drop_duplicate_staged_leads(uuid, uuid) is
'Drops an import''s rows for a person (the same phone, else the same e-mail) whom an earlier line names, unless the client knows them as somebody else; an opt-out or a booking in them goes to that line. Returns the lines dropped, each with the line that stays. Security definer: for pg-drip leads import, whose caller has no rights on the table.';
