create or replace function drip_internal.parse_moment(p_text text)
returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $parse_moment$
begin
    if p_text !~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?\s?(Z|[+-]\d\d(:?\d\d)?)?$' then
        return null;
    end if;
    return p_text::timestamptz;
exception when datetime_field_overflow or invalid_datetime_format then
    return null;
end
$parse_moment$;

comment on function drip_internal.parse_moment(text) is
'The point in time that an ISO 8601 text names (without an offset: UTC), or null when it names none.';
