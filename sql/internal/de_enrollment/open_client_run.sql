create or replace function drip_internal.open_client_run(
    p_client_id    uuid,
    p_batch_size   integer,
    p_fleet_run_id uuid,
    p_now          timestamptz default now()
)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $open_client_run$
declare
    v_run_id  uuid;
    v_message text;
begin
    perform drip_internal.attend_run(p_fleet_run_id);
    begin
        v_run_id := drip_internal.open_run(p_client_id, p_batch_size, 'procedure', p_fleet_run_id, p_now);
    exception when assert_failure or others then
        -- One client whose run cannot even be opened must not stop the others.
        get stacked diagnostics v_message = message_text;
        perform drip_internal.note_run_error(
            p_fleet_run_id, sqlstate, format('client %s: %s', p_client_id, v_message));
    end;
    perform drip_internal.bridge_run(p_fleet_run_id);
    return v_run_id;
end
$open_client_run$;

comment on function drip_internal.open_client_run(uuid, integer, uuid, timestamptz) is
'Opens a client''s run within a fleet run and returns its id, or notes the error in the fleet run and returns null. Security definer: the committing procedures run with their caller''s rights.';
