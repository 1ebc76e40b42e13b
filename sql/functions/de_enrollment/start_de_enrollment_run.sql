create or replace function drip.start_de_enrollment_run(
    p_client_id  uuid default null,
    p_batch_size integer default 1000,
    p_now        timestamptz default now()
)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $start_de_enrollment_run$
begin
    return drip_internal.open_run(p_client_id, p_batch_size, 'caller', null, p_now);
end
$start_de_enrollment_run$;

comment on function drip.start_de_enrollment_run(uuid, integer, timestamptz) is
'Opens a run that the caller drives itself, of one client or (null) of the fleet, and returns its id. Commit, then repeat drip.get_leads_for_de_enrollment and drip.process_de_enrollment_batch, a transaction each time, and end with drip.finish_de_enrollment_run. A run that shows no sign of life for five minutes is marked as crashed. p_batch_size is recorded: 1 to 10,000 leads. Raises DR001 for an unknown client, DR005 for a batch size out of range, DR012 when p_now is no point in time.';
