create or replace function drip.sanitize_plain_text(p_text text, p_max_length integer default 255)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $sanitize_plain_text$
declare
    v_text   text := p_text;
    v_before text;
begin
    -- Most texts: printable ASCII without tags.
    if char_length(p_text) between 1 and p_max_length and p_text !~ '[^ -;=-~]|^ | $|  ' then
        return p_text;
    end if;
    -- Until nothing is left to take: what is removed may have kept the halves of a tag apart.
    while v_text is distinct from v_before loop
        v_before := v_text;
        -- C0 but tab and line ends, DEL, C1; soft hyphen, zero-width and bidirectional controls, byte order mark.
        v_text := regexp_replace(
            v_text,
            '[\u0001-\u0008\u000E-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]',
            '', 'g');
        v_text := regexp_replace(v_text, '<!--.*?(-->|$)|</?[a-zA-Z!?][^<>]*(>|(?=<)|$)', '', 'g');
    end loop;
    v_text := btrim(regexp_replace(v_text, '\s+', ' ', 'g'));
    return nullif(btrim(left(v_text, p_max_length)), '');
end
$sanitize_plain_text$;

comment on function drip.sanitize_plain_text(text, integer) is
'Plain text in one line: without tags, control, zero-width and bidirectional characters, white space as single spaces and none at the ends, at most p_max_length characters (the rest is cut off). Null when nothing is left. Escaping is the business of whoever prints it.';
