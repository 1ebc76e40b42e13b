create or replace function drip.get_lead_client(p_lead_id uuid, p_client_id uuid default null)
returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $get_lead_client$
declare
    v_client_id uuid;
begin
    select l.client_id into v_client_id
      from drip.leads as l
     where l.id = p_lead_id and (p_client_id is null or l.client_id = p_client_id);
    if not found then
        raise exception using
            errcode = 'DR003',
            message = format('lead %s is not known', coalesce(p_lead_id::text, 'null')),
            hint    = 'Look the lead''s id up in drip.leads.';
    end if;
    return v_client_id;
end
$get_lead_client$;

comment on function drip.get_lead_client(uuid, uuid) is
'The client that has this lead, for callers that know the lead''s id alone. p_client_id: look no further than this client; null for all. Raises DR003 when there is no such lead, in the same words whether another client has it or nobody.';
