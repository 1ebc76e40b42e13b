create or replace function drip_internal.lock_lead(p_client_id uuid, p_lead_id uuid)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $lock_lead$
begin
    perform
       from drip.leads as l
     where l.id = p_lead_id and l.client_id = p_client_id
       for no key update;
    if not found then
        perform drip_internal.require_client(p_client_id);
        raise exception using
            errcode = 'DR003',
            message = format('client %s has no lead %s', p_client_id, coalesce(p_lead_id::text, 'null')),
            hint    = 'Look the lead''s id up in drip.leads.';
    end if;
end
$lock_lead$;

comment on function drip_internal.lock_lead(uuid, uuid) is
'Waits for a lead''s row lock, and takes it. Raises DR001 for an unknown client, DR003 when the client has no such lead.';
