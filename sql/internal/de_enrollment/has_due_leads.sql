create or replace function drip_internal.has_due_leads(p_client_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp set jit = off
as $has_due_leads$
begin
    return exists (
        select from drip_internal.due_leads as d
         where d.client_id = p_client_id
           and not exists (
               select from drip.de_enrollment_errors as e
                where e.client_id = d.client_id and e.lead_id = d.id
                  and e.resolved_at is null and e.retry_at > p_now));
end
$has_due_leads$;

comment on function drip_internal.has_due_leads(uuid, timestamptz) is
'Whether the client has a lead that a sweep would take out now: index probes per campaign until the first.';
