create or replace function drip.de_enroll_lead(
    p_client_id uuid,
    p_lead_id   uuid,
    p_outcome   text default 'abandoned',
    p_now       timestamptz default now()
)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $de_enroll_lead$
begin
    perform drip_internal.require_moment(p_now);
    if p_outcome is null
       or p_outcome not in ('completed', 'booked', 'opted_out', 'abandoned', 'campaign_deleted') then
        raise exception using
            errcode = 'DR006',
            message = format('outcome %s does not exist', coalesce(p_outcome, 'null')),
            hint    = 'It is one of completed, booked, opted_out, abandoned, campaign_deleted.';
    elsif p_outcome = 'opted_out' then
        -- Without the mark on the person the next form would enroll them again.
        return drip.opt_out(p_client_id, p_lead_id, p_now);
    elsif p_outcome = 'booked' then
        return drip.record_booking(p_client_id, p_lead_id, null, p_now);
    end if;
    perform drip_internal.lock_lead(p_client_id, p_lead_id);
    perform from drip_internal.exit_leads(p_client_id, array[p_lead_id], p_outcome, null, p_now);
    return found;
end
$de_enroll_lead$;

comment on function drip.de_enroll_lead(uuid, uuid, text, timestamptz) is
'Takes one lead out of its campaign now. p_outcome: completed, booked, opted_out, abandoned (the default: removed by hand) or campaign_deleted; where the lead''s own row says something stronger (it opted out, booked, its campaign is retired, it finished), that is recorded. opted_out and booked do what drip.opt_out and drip.record_booking do. p_now: the moment of exit. Returns false when the lead was in no campaign. Raises DR001 for an unknown client, DR003 for an unknown lead, DR006 for an unknown outcome, DR012 when p_now is no point in time.';
