create or replace function drip_internal.attend_run(p_run_id uuid)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $attend_run$
begin
    perform pg_advisory_xact_lock(20037, r.lock_id), pg_advisory_unlock(20037, r.lock_id)
       from drip.de_enrollment_runs as s
       join drip.de_enrollment_runs as r on r.id in (s.id, s.fleet_run_id)
      where s.id = p_run_id and r.driver = 'procedure';
end
$attend_run$;

comment on function drip_internal.attend_run(uuid) is
'Moves the proof of life of a run, and of its fleet run, from the session to the transaction, which gives it back on every way out, a cancelled statement included; drip_internal.bridge_run carries it over the next COMMIT. Security definer: the committing procedures run with their caller''s rights.';
