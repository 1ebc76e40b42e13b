create or replace function drip_internal.parse_moment(p_text text)
returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $parse_moment$
begin
    -- [0-9]: \d takes the digits of every script where the database's locale is ICU's, and the cast does not.
    if p_text !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)? ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$' then
        return null;
    end if;
    return (p_text || case when p_text ~ '[ T].*(Z|[+-][0-9:]+)$' then '' else ' UTC' end)::timestamptz;
exception when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
    return null;
end
$parse_moment$;

comment on function drip_internal.parse_moment(text) is
'The point in time that an ISO 8601 text names (without an offset: UTC), or null when it names none.';
