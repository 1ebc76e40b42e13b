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
    -- Until nothing is left to take, since what is removed may have kept the halves of a tag apart; but tags nested deeper
    -- than this are an attack, and lose their brackets.
    for v_round in 1..10 loop
        exit when v_text is not distinct from v_before;
        if v_round = 10 then
            v_text := translate(v_text, '<>', '');
        end if;
        v_before := v_text;
        -- C0 but tab and line ends, DEL, C1; soft hyphen, zero-width and bidirectional controls, byte order mark.
        v_text := regexp_replace(
            v_text,
            '[\u0001-\u0008\u000E-\u001F\u007F-\u009F\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]',
            '', 'g');
        -- Runs of brackets as one, so that nested halves (<<<b>b>b>) do not take a round for each.
        v_text := regexp_replace(v_text, '(</?){2,}', '<', 'g');
        v_text := regexp_replace(v_text, '<!--.*?(-->|$)', '', 'g');
        v_text := regexp_replace(v_text, '</?[a-zA-Z!?][^<>]*(>|(?=<)|$)', '', 'g');
    end loop;
    -- Joiners belong between two letters or emoji.
    v_text := regexp_replace(v_text, '(^|\s)[\u200C\u200D]+|[\u200C\u200D]+(?=\s|$)', '\1', 'g');
    -- \s knows ASCII alone in some locales.
    v_text := btrim(regexp_replace(
        v_text, '[\s\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+', ' ', 'g'));
    return nullif(btrim(left(v_text, greatest(p_max_length, 0)), E' \u200C\u200D'), '');
end
$sanitize_plain_text$;

comment on function drip.sanitize_plain_text(text, integer) is
'Plain text in one line: without tags, control, zero-width and bidirectional characters (joiners stay within words), white space as single spaces and none at the ends, at most p_max_length characters (the rest is cut off). Null when nothing is left. Escaping is the business of whoever prints it.';
