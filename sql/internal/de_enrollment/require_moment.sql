create or replace function drip_internal.require_moment(p_now timestamptz)
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $require_moment$
begin
    if p_now is null or not isfinite(p_now) then
        raise exception using
            errcode = 'DR012',
            message = format('p_now cannot be %s', coalesce(p_now::text, 'null')),
            hint    = 'Give a point in time, or leave p_now out.';
    end if;
end
$require_moment$;

comment on function drip_internal.require_moment(timestamptz) is
'Raises DR012 unless this is a point in time: not null, not infinite.';
