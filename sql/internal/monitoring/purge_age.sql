create or replace function drip_internal.purge_age(p_older_than interval default null)
returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $purge_age$
declare
    v_setting text := nullif(current_setting('drip.purge_after', true), '');
    v_age     interval := p_older_than;
begin
    begin
        v_age := coalesce(p_older_than, v_setting::interval, interval '30 days');
    exception when invalid_datetime_format or datetime_field_overflow or interval_field_overflow then
        v_age := null;
    end;
    if v_age is null or v_age <= interval '0' then
        raise exception using
            errcode = 'DR012',
            message = format('an age of %s is not positive',
                             coalesce(p_older_than::text, format('%s (the setting drip.purge_after)', quote_literal(v_setting)))),
            hint    = 'Give an interval such as 30 days, or leave both away for that.';
    end if;
    return v_age;
end
$purge_age$;

comment on function drip_internal.purge_age(interval) is
'How old a record must be to be purged: the argument, or the setting drip.purge_after (alter database … set drip.purge_after = ''90 days''), or 30 days. Raises DR012 when it is no interval, or not positive.';
