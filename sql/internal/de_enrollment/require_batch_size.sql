create or replace function drip_internal.require_batch_size(p_batch_size integer)
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $require_batch_size$
begin
    if p_batch_size is null or p_batch_size not between 1 and 10000 then
        raise exception using
            errcode = 'DR005',
            message = format('batch size %s is not between 1 and 10,000', coalesce(p_batch_size::text, 'null')),
            hint    = 'Leave it out for the default, 1000.';
    end if;
end
$require_batch_size$;

comment on function drip_internal.require_batch_size(integer) is
'Raises DR005 unless the batch size is between 1 and 10,000 leads.';
