create or replace function drip.get_lead_journey(p_lead_id uuid, p_client_id uuid default null)
returns table (
    id                uuid,
    client_id         uuid,
    first_name        text,
    last_name         text,
    stay              integer,
    campaign_id       text,
    campaign_name     text,
    enrolled_at       timestamptz,
    completed_at      timestamptz,
    messages_received integer,
    outcome           text,
    value             numeric
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $get_lead_journey$
declare
    v_client_id uuid := drip.get_lead_client(p_lead_id, p_client_id);
begin
    return query
    select j.id, j.client_id, j.first_name, j.last_name, j.stay, j.campaign_id, j.campaign_name, j.enrolled_at,
           j.completed_at, j.messages_received, j.outcome, j.value
      from drip.lead_journey as j
     where j.id = p_lead_id and j.client_id = v_client_id
     order by j.stay;
end
$get_lead_journey$;

comment on function drip.get_lead_journey(uuid, uuid) is
'One lead''s rows of the view drip.lead_journey, in order of stay, for callers that may execute routines and read no table; none for a lead that never was in a campaign. p_client_id: null for whichever client has the lead. Raises DR003 when there is no such lead.';
