create or replace function drip.get_de_enrollment_runs(p_run_ids uuid[])
returns setof drip.de_enrollment_runs
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $get_de_enrollment_runs$
begin
    return query
    select r.*
      from drip.de_enrollment_runs as r
     where r.id = any (p_run_ids) or r.fleet_run_id = any (p_run_ids)
     order by r.client_id nulls first, r.started_at, r.id;
end
$get_de_enrollment_runs$;

comment on function drip.get_de_enrollment_runs(uuid[]) is
'These runs, and of a fleet run its clients'' runs, the fleet''s first: for callers that started them and may not read the table. Unknown ids are passed over.';
