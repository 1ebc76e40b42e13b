create or replace function drip_internal.is_past(p_deadline timestamptz)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $is_past$
begin
    return coalesce(clock_timestamp() >= p_deadline, false);
end
$is_past$;

comment on function drip_internal.is_past(timestamptz) is
'Whether the deadline has passed; null never does.';
