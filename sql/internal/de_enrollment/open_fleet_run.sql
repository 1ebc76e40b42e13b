create or replace function drip_internal.open_fleet_run(p_batch_size integer, p_now timestamptz default now())
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $open_fleet_run$
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.release_run_locks();
    perform drip.reap_runs(p_now);
    return drip_internal.open_run(null, p_batch_size, 'procedure', null, p_now);
end
$open_fleet_run$;

comment on function drip_internal.open_fleet_run(integer, timestamptz) is
'Opens the run of a fleet sweep and returns its id, after marking crashed runs. Raises DR005 for a batch size out of range. Security definer: the committing procedures run with their caller''s rights.';
