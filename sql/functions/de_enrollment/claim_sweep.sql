create or replace function drip.claim_sweep(p_client_id uuid default null, p_now timestamptz default now())
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $claim_sweep$
declare
    v_key integer := hashtext(coalesce(p_client_id::text, 'all clients'));
begin
    -- First of all: a session's lock outlives an error.
    perform drip_internal.require_moment(p_now);
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;
    -- Of two that ask at the same moment one gets it, before either has a run that the other could see.
    if not pg_try_advisory_lock(20040, v_key) then
        return false;
    end if;
    perform drip.reap_runs(p_now);
    if exists (
        select from drip.de_enrollment_runs as r
         where r.client_id is not distinct from p_client_id and r.finished_at is null) then
        perform pg_advisory_unlock(20040, v_key);
        return false;
    end if;
    return true;
end
$claim_sweep$;

comment on function drip.claim_sweep(uuid, timestamptz) is
'For callers that sweep only when nobody else does: true and the session''s claim when no sweep of this client, or (null) of the fleet, is running, and nobody else holds the claim; else false. Then call drip.de_enroll_client or drip.de_enroll_all_clients in this session; the claim ends with the session. Sweeps do not need one: they share the leads. p_now: the moment by which a run counts as dead. Raises DR001 for an unknown client, DR012 when p_now is no point in time.';
