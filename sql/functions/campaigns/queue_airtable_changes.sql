create or replace function drip.queue_airtable_changes(p_client_id uuid default null)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $queue_airtable_changes$
declare
    v_queued bigint;
begin
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;
    -- Locked like by any writer, so that the ids of a campaign's changes follow its commits.
    with campaigns as (
        select c.client_id, c.id
          from drip.campaigns as c
         where p_client_id is null or c.client_id = p_client_id
         order by c.id
           for no key update
    )
    insert into drip.airtable_outbox (client_id, campaign_id)
    select c.client_id, c.id from campaigns as c;
    get diagnostics v_queued = row_count;
    return v_queued;
end
$queue_airtable_changes$;

comment on function drip.queue_airtable_changes(uuid) is
'Queues every campaign of one client, or (null) of all, for Airtable, changed or not: for the first copy, or after somebody emptied the table there. Returns how many. Waits for campaigns that somebody is changing. Raises DR001 for an unknown client.';
