create or replace function drip_internal.open_due_run(
    p_client_id    uuid,
    p_batch_size   integer,
    p_fleet_run_id uuid,
    p_now          timestamptz default now()
)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $open_due_run$
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.require_batch_size(p_batch_size);
    perform drip_internal.require_client(p_client_id);
    if p_fleet_run_id is not null and not exists (
        select from drip.de_enrollment_runs as r
         where r.id = p_fleet_run_id and r.client_id is null and r.finished_at is null) then
        raise exception using
            errcode = 'DR004',
            message = format('fleet run %s is not known, or has ended', p_fleet_run_id),
            hint    = 'Open one with drip.start_de_enrollment_run(), or leave p_fleet_run_id out.';
    end if;
    perform drip_internal.release_run_locks();
    if not drip_internal.has_due_leads(p_client_id, p_now) then
        return null;
    end if;
    return drip_internal.open_run(p_client_id, p_batch_size, 'procedure', p_fleet_run_id, p_now);
end
$open_due_run$;

comment on function drip_internal.open_due_run(uuid, integer, uuid, timestamptz) is
'Opens a procedure''s run of one client that has somebody due and returns its id, null when nobody is. Raises DR001 for an unknown client, DR004 for an unknown fleet run, DR005 for a batch size out of range. Security definer: the committing procedures run with their caller''s rights.';
