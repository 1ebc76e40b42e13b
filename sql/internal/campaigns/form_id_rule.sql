create or replace function drip_internal.form_id_rule()
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $form_id_rule$
begin
    return 'must be plain text of 1 to 255 characters, without tags, control characters or needless white space';
end
$form_id_rule$;

comment on function drip_internal.form_id_rule() is
'What a form''s id must be, in words, for every routine that refuses one.';
