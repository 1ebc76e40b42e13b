create or replace function drip_internal.require_expiry(p_expires_at timestamptz, p_now timestamptz)
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $require_expiry$
begin
    if not isfinite(p_expires_at) or p_expires_at <= p_now then
        raise exception using
            errcode = 'DR012',
            message = format('a key cannot expire at %s', p_expires_at),
            hint    = 'Give a moment in the future, or none for a key that lives until it is revoked.';
    end if;
end
$require_expiry$;

comment on function drip_internal.require_expiry(timestamptz, timestamptz) is
'Raises DR012 unless this is null or a moment after p_now.';
