create or replace function drip.get_de_enrollment_health()
returns table (name text, status text, value numeric, unit text, meaning text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $get_de_enrollment_health$
begin
    return query
    select h.name, h.status, h.value, h.unit, h.meaning from drip.de_enrollment_health as h;
end
$get_de_enrollment_health$;

comment on function drip.get_de_enrollment_health() is
'The view drip.de_enrollment_health, for callers that may execute routines and read no table: one row per check, of all clients together.';
