create or replace function drip.create_client(p_name text, p_timezone text default 'UTC')
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $create_client$
declare
    -- A longer name is refused, not cut.
    v_name text := drip.sanitize_plain_text(p_name, 2147483647);
    v_id   uuid;
begin
    if v_name is null or char_length(v_name) > 255 then
        raise exception using
            errcode = 'DR012',
            message = 'a client''s name has 1 to 255 characters',
            hint    = 'Give a name that is not blank and not longer.';
    end if;
    if not exists (select from pg_timezone_names as t where t.name = p_timezone) then
        raise exception using
            errcode = 'DR012',
            message = format('time zone %s is not known', coalesce(p_timezone, 'null')),
            hint    = 'Give a name of pg_timezone_names, for example America/New_York.';
    end if;
    insert into drip.clients (name, timezone) values (v_name, p_timezone) returning id into v_id;
    return v_id;
end
$create_client$;

comment on function drip.create_client(text, text) is
'Creates a client and returns its id. p_name: made plain text (no tags, control or bidirectional characters). p_timezone: an IANA name. Raises DR012 for a name that is blank or over 255 characters, or a time zone that is not known.';
