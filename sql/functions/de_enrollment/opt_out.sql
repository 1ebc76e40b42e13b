create or replace function drip.opt_out(p_client_id uuid, p_lead_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $opt_out$
declare
    v_lead drip.leads;
begin
    v_lead := drip_internal.lock_lead(p_client_id, p_lead_id);
    if not v_lead.opted_out then
        update drip.leads as l
           set opted_out = true, updated_at = p_now
         where l.id = p_lead_id and l.client_id = p_client_id;
    end if;
    -- Its own statement: as one operand of an OR, the planner may leave it out.
    perform from drip_internal.exit_leads(p_client_id, array[p_lead_id], 'opted_out', null, p_now);
    return found or not v_lead.opted_out;
end
$opt_out$;

comment on function drip.opt_out(uuid, uuid, timestamptz) is
'The lead wants no more messages: takes it out of its campaign at once, and no campaign enrolls it again. p_now: the moment. Returns false when it had opted out and left before. Raises DR001 for an unknown client, DR003 for an unknown lead.';
