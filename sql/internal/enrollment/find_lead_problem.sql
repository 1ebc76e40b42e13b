create or replace function drip_internal.find_lead_problem(p_lead drip_internal.staged_leads)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $find_lead_problem$
begin
    -- The values stay out of it: they are personal data, and this text is printed and logged.
    return case
        when p_lead.phone is null and p_lead.email is null then 'it has neither phone nor email'
        when p_lead.phone !~ '^\+[1-9][0-9]{1,14}$' then 'phone is no number in E.164 form, as +12025550142'
        when char_length(p_lead.email) > 320
             or p_lead.email !~ '^[^[:space:][:cntrl:]@<>"(),:;\\]+@[^[:space:][:cntrl:]@<>"(),:;\\]+$'
            then 'email is no e-mail address'
        when p_lead.timezone is not null and not drip_internal.is_time_zone(p_lead.timezone)
            then 'timezone is no IANA name, as America/New_York'
        when p_lead.current_message_position < 0 then 'current_message_position is negative'
        when not isfinite(p_lead.booked_at) then 'booked_at is no point in time'
        when not isfinite(p_lead.enrolled_at) then 'enrolled_at is no point in time'
    end;
end
$find_lead_problem$;

comment on function drip_internal.find_lead_problem(drip_internal.staged_leads) is
'What keeps these data from being a lead, in words, or null when nothing does. Never quotes them.';
