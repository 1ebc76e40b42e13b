create or replace function drip_internal.is_time_zone(p_name text)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $is_time_zone$
begin
    -- Not by pg_timezone_names, which reads hundreds of files. The pattern keeps out abbreviations and POSIX rules: as
    -- one of these, any name with digits in it is valid, like Mars/Base5.
    if p_name !~ '^([A-Za-z]+(/[A-Za-z_]+(-[A-Za-z_]+)*)+|Etc/GMT(0|[+-]0|\+([1-9]|1[0-2])|-([1-9]|1[0-4]))|UTC|GMT)$' then
        return false;
    end if;
    perform now() at time zone p_name;
    return true;
exception when invalid_parameter_value then
    return false;
end
$is_time_zone$;

comment on function drip_internal.is_time_zone(text) is
'Whether this is the IANA name of a time zone, as America/New_York or UTC.';
