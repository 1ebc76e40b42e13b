create or replace function drip_internal.list_due_clients(
    p_fleet_run_id uuid default null,
    p_now          timestamptz default now()
)
returns table (client_id uuid)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $list_due_clients$
declare
    v_client record;
    v_is_due boolean;
begin
    perform drip_internal.attend_run(p_fleet_run_id);
    for v_client in select c.id from drip.clients as c order by c.id loop
        begin
            v_is_due := drip_internal.has_due_leads(v_client.id, p_now);
        exception when assert_failure or others then
            -- Due, so that its own run fails and tells why, and the other clients are swept.
            v_is_due := true;
        end;
        if v_is_due then
            client_id := v_client.id;
            return next;
        end if;
    end loop;
    perform drip_internal.bridge_run(p_fleet_run_id);
end
$list_due_clients$;

comment on function drip_internal.list_due_clients(uuid, timestamptz) is
'Clients that have at least one lead due, in id order: index probes, no reading of leads. One that cannot be searched is listed too. Security definer: the committing procedures run with their caller''s rights.';
