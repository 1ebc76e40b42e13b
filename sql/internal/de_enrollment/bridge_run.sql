create or replace function drip_internal.bridge_run(p_run_id uuid)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $bridge_run$
begin
    perform pg_advisory_lock(20037, r.lock_id)
       from drip.de_enrollment_runs as s
       join drip.de_enrollment_runs as r on r.id in (s.id, s.fleet_run_id)
      where s.id = p_run_id and r.driver = 'procedure';
end
$bridge_run$;

comment on function drip_internal.bridge_run(uuid) is
'Takes the proof of life of a run, and of its fleet run, for the session, so that it outlives the COMMIT that follows. Undone by drip_internal.attend_run. Security definer: the committing procedures run with their caller''s rights.';
