create or replace function drip.sanitize_url(p_url text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $sanitize_url$
declare
    v_url text := regexp_replace(p_url, '^\s+|\s+$', '', 'g');
begin
    -- The constraints zoom_link_is_a_url and resource_link_is_a_url say the same.
    if char_length(v_url) <= 2048
       and v_url !~ '[\u0001-\u0020"<>\\\u0060\u007F-\u00A0\u00AD\u061C\u1680\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF\uFFF9-\uFFFB]'
       and v_url ~ (
           '^[Hh][Tt][Tt][Pp][Ss]?://'
           '(\[[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])|([0-9A-Za-z_\u00C0-\u1FFF\u3040-\uD7FF-]{1,63}\.)*(?![0-9]+\.?([/?#:]|$))[0-9A-Za-z_\u00C0-\u1FFF\u3040-\uD7FF-]{1,63}\.?)'
           '(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?([/?#].*)?$') then
        return v_url;
    end if;
    return null;
end
$sanitize_url$;

comment on function drip.sanitize_url(text) is
'The URL without white space at its ends, or null when it is none that may be stored: http or https, a host, no user info, no control, zero-width or bidirectional characters, no white space, quotation marks, angle brackets, backquotes or backslashes, at most 2,048 characters. Nothing else is altered.';
