create or replace function drip.opt_in(p_client_id uuid, p_lead_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $opt_in$
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.lock_lead(p_client_id, p_lead_id);
    -- One that opted out by a direct write and is still in its campaign leaves it first: it did opt out.
    perform drip_internal.exit_leads(p_client_id, array[l.id], null, null, p_now)
       from drip.leads as l
      where l.id = p_lead_id and l.client_id = p_client_id and l.is_active and l.opted_out;
    update drip.leads as l
       set opted_out = false, updated_at = p_now
     where l.id = p_lead_id and l.client_id = p_client_id and l.opted_out;
    return found;
end
$opt_in$;

comment on function drip.opt_in(uuid, uuid, timestamptz) is
'The lead wants messages again: campaigns may enroll it from now on; none does by itself. p_now: the moment. Returns false when it had not opted out. Raises DR001 for an unknown client, DR003 for an unknown lead, DR012 when p_now is no point in time.';
