create or replace function drip.opt_out(p_client_id uuid, p_lead_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $opt_out$
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.lock_lead(p_client_id, p_lead_id);
    perform from drip_internal.exit_leads(p_client_id, array[p_lead_id], 'opted_out', null, p_now);
    if found then
        return true;
    end if;
    update drip.leads as l
       set opted_out = true, updated_at = p_now
     where l.id = p_lead_id and l.client_id = p_client_id and not l.opted_out;
    return found;
end
$opt_out$;

comment on function drip.opt_out(uuid, uuid, timestamptz) is
'The lead wants no more messages: takes it out of its campaign at once, and no campaign enrolls it again. p_now: the moment. Returns false when it had opted out and left before. Raises DR001 for an unknown client, DR003 for an unknown lead, DR012 when p_now is no point in time.';
