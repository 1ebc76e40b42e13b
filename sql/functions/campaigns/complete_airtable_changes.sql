create or replace function drip.complete_airtable_changes(p_claim_id uuid, p_campaign_ids uuid[] default null)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $complete_airtable_changes$
declare
    v_completed bigint;
begin
    with claimed as (
        select o.client_id, o.campaign_id, o.tried_through
          from drip.airtable_outbox as o
         where o.claim_id = p_claim_id
           and (p_campaign_ids is null or o.campaign_id = any (p_campaign_ids))
         order by o.id
           for update
    ), removed as (
        -- What changed after the claim has higher ids and stays.
        delete from drip.airtable_outbox as o
         using claimed as k
         where o.client_id = k.client_id and o.campaign_id = k.campaign_id and o.id <= k.tried_through
    )
    select count(*) into v_completed from claimed as k;
    return v_completed;
end
$complete_airtable_changes$;

comment on function drip.complete_airtable_changes(uuid, uuid[]) is
'Airtable has the claimed state of these campaigns of a claim, or (null) of all that is left of it: their changes up to the claim leave the outbox, later ones stay. Returns of how many campaigns; 0 when the claim is unknown, or its lease passed and somebody else claimed since.';
