create or replace function drip_internal.open_run(
    p_client_id    uuid,
    p_batch_size   integer,
    p_driver       text,
    p_fleet_run_id uuid default null,
    p_now          timestamptz default now()
)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $open_run$
declare
    v_run_id  uuid;
    v_lock_id integer;
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.require_batch_size(p_batch_size);
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;
    insert into drip.de_enrollment_runs (client_id, fleet_run_id, driver, batch_size, started_at, heartbeat_at)
    values (p_client_id, p_fleet_run_id, p_driver, p_batch_size, p_now, clock_timestamp())
    returning id, lock_id into v_run_id, v_lock_id;
    if p_driver = 'procedure' then
        -- Held before the row can be seen, so nobody finds the run without its lock.
        perform pg_advisory_lock(20037, v_lock_id);
    end if;
    return v_run_id;
end
$open_run$;

comment on function drip_internal.open_run(uuid, integer, text, uuid, timestamptz) is
'Opens a run of a client, or of the fleet (p_client_id null), and returns its id. A procedure''s run gets its proof of life for the session. Raises DR001 for an unknown client, DR005 for a batch size out of range. Security definer: the committing procedures run with their caller''s rights.';
