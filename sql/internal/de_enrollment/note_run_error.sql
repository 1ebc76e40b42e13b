create or replace function drip_internal.note_run_error(p_run_id uuid, p_sqlstate text, p_message text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $note_run_error$
begin
    update drip.de_enrollment_runs as r
       set error_sqlstate = p_sqlstate, error_message = p_message
     where r.id = p_run_id;
exception when assert_failure or others then
    -- What keeps the run from being written may be the very error: the sweep of the others goes on all the same.
    raise warning 'run % could not note: %', p_run_id, p_message;
end
$note_run_error$;

comment on function drip_internal.note_run_error(uuid, text, text) is
'Notes in a run what kept it from its work, and never fails itself. Never an error''s DETAIL, which can hold phone numbers.';
