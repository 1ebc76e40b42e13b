create or replace function drip_internal.parse_leads(p_leads jsonb)
returns table (lead drip_internal.staged_leads, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $parse_leads$
begin
    return query
    select row(
               null, e.ordinal, f.first_name, f.last_name, f.phone, f.email, f.timezone,
               case when f.current_message_position ~ '^0*[0-9]{1,9}$' then f.current_message_position::integer end,
               case when f.booked_at is not null then drip_internal.parse_moment(f.booked_at) end,
               case when f.opted_out in ('true', 'false') then f.opted_out::boolean end,
               case when f.enrolled_at is not null then drip_internal.parse_moment(f.enrolled_at) end,
               null
           )::drip_internal.staged_leads,
           case
               when jsonb_typeof(e.lead) <> 'object' then 'it is no object'
               when e.lead - array['first_name', 'firstName', 'last_name', 'lastName', 'phone', 'email', 'timezone',
                        'current_message_position', 'currentMessagePosition', 'booked_at', 'bookedAt',
                        'opted_out', 'optedOut', 'enrolled_at', 'enrolledAt'] <> '{}'
                   then 'it has a key that no lead has; there are firstName, lastName, phone, email, timezone, '
                        'currentMessagePosition, bookedAt, optedOut and enrolledAt'
               when exists (select from jsonb_each(e.lead) as v
                             where jsonb_typeof(v.value) in ('object', 'array'))
                   then 'a value is an object or an array'
               when f.current_message_position !~ '^0*[0-9]{1,9}$'
                   then 'current_message_position is no whole number from 0 to 999,999,999'
               when f.opted_out not in ('true', 'false') then 'opted_out is neither true nor false'
               when f.booked_at is not null and drip_internal.parse_moment(f.booked_at) is null
                   then 'booked_at is no point in time, as 2026-01-31T09:30:00Z'
               when f.enrolled_at is not null and drip_internal.parse_moment(f.enrolled_at) is null
                   then 'enrolled_at is no point in time, as 2026-01-31T09:30:00Z'
           end
      from jsonb_array_elements(p_leads) with ordinality as e (lead, ordinal)
     cross join lateral (
           select nullif(btrim(coalesce(e.lead ->> 'first_name', e.lead ->> 'firstName')), '') as first_name,
                  nullif(btrim(coalesce(e.lead ->> 'last_name', e.lead ->> 'lastName')), '') as last_name,
                  nullif(btrim(e.lead ->> 'phone'), '') as phone,
                  nullif(btrim(e.lead ->> 'email'), '') as email,
                  nullif(btrim(e.lead ->> 'timezone'), '') as timezone,
                  nullif(btrim(coalesce(e.lead ->> 'current_message_position', e.lead ->> 'currentMessagePosition')), '')
                      as current_message_position,
                  nullif(btrim(coalesce(e.lead ->> 'booked_at', e.lead ->> 'bookedAt')), '') as booked_at,
                  nullif(btrim(coalesce(e.lead ->> 'opted_out', e.lead ->> 'optedOut')), '') as opted_out,
                  nullif(btrim(coalesce(e.lead ->> 'enrolled_at', e.lead ->> 'enrolledAt')), '') as enrolled_at
           offset 0) as f
     order by e.ordinal;
end
$parse_leads$;

comment on function drip_internal.parse_leads(jsonb) is
'An array of objects as leads, in order, each with what keeps it from being one (null: nothing that can be seen here). Keys: firstName, lastName, phone, email, timezone, currentMessagePosition, bookedAt, optedOut, enrolledAt, or the same in snake case; an empty text counts as not given.';
