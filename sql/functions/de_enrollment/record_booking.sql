create or replace function drip.record_booking(
    p_client_id uuid,
    p_lead_id   uuid,
    p_value     numeric default null,
    p_now       timestamptz default now()
)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $record_booking$
begin
    perform drip_internal.require_moment(p_now);
    if p_value < 0 or p_value::text in ('NaN', 'Infinity') then
        raise exception using
            errcode = 'DR012',
            message = format('a booking''s value cannot be %s', p_value),
            hint    = 'Give an amount of at least 0, or null where it is not known.';
    end if;
    perform drip_internal.lock_lead(p_client_id, p_lead_id);
    perform from drip_internal.exit_leads(p_client_id, array[p_lead_id], 'booked', p_value, p_now);
    if found then
        return true;
    end if;
    update drip.leads as l
       set booked_at = p_now, updated_at = p_now
     where l.id = p_lead_id and l.client_id = p_client_id and l.booked_at is null;
    return found;
end
$record_booking$;

comment on function drip.record_booking(uuid, uuid, numeric, timestamptz) is
'The lead booked: sets booked_at and takes it out of its campaign at once. p_value: what the booking is worth, in the client''s currency, kept in the history entry; a lead that is in no campaign gets booked_at only, as it makes no entry. p_now: the moment. Returns false when it had booked and left before. Raises DR001 for an unknown client, DR003 for an unknown lead, DR012 for a value below 0 or not finite, or when p_now is no point in time.';
