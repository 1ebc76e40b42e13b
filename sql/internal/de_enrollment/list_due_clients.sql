create or replace function drip_internal.list_due_clients(
    p_fleet_run_id uuid default null,
    p_now          timestamptz default now()
)
returns table (client_id uuid)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $list_due_clients$
begin
    perform drip_internal.attend_run(p_fleet_run_id);
    return query
    select c.id from drip.clients as c where drip_internal.has_due_leads(c.id, p_now) order by c.id;
    perform drip_internal.bridge_run(p_fleet_run_id);
end
$list_due_clients$;

comment on function drip_internal.list_due_clients(uuid, timestamptz) is
'Clients that have at least one lead due, in id order: index probes, no reading of leads. Security definer: the committing procedures run with their caller''s rights.';
