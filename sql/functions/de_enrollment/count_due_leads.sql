create or replace function drip.count_due_leads(p_client_id uuid default null, p_now timestamptz default now())
returns table (outcome text, leads bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set jit = off
as $count_due_leads$
begin
    perform drip_internal.require_moment(p_now);
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;
    return query
    select x.outcome, count(*)
      from drip.clients as c
     cross join lateral (
           select d.id
             from drip_internal.due_leads as d
            where d.client_id = c.id
              and not exists (
                  select from drip.de_enrollment_errors as e
                   where e.client_id = d.client_id and e.lead_id = d.id
                     and e.resolved_at is null and e.retry_at > p_now)
           offset 0) as d
     cross join lateral (
           select l.outcome from drip_internal.lead_exits as l where l.id = d.id and l.client_id = c.id offset 0) as x
     where p_client_id is null or c.id = p_client_id
     group by x.outcome;
end
$count_due_leads$;

comment on function drip.count_due_leads(uuid, timestamptz) is
'How many leads of one client, or (null) of all, a sweep at p_now would take out, by outcome: without those that failed and pause. Changes nothing. Raises DR001 for an unknown client, DR012 when p_now is no point in time.';
