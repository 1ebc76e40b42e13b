create or replace function drip_internal.note_installation(p_name text, p_database text, p_role text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $note_installation$
begin
    update drip.schedules as s
       set installed_in = p_database, installed_by = p_role
     where s.name = p_name and (s.installed_in, s.installed_by) is distinct from (p_database, p_role);
end
$note_installation$;

comment on function drip_internal.note_installation(text, text, text) is
'Notes in drip.schedules in which database''s pg_cron a schedule''s job is, and whose it is; nulls: in none. Security definer: who installs schedules may not write the table.';
