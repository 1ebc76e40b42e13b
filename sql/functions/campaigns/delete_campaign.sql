create or replace function drip.delete_campaign(p_client_id uuid, p_campaign_id uuid)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $delete_campaign$
declare
    v_leads bigint;
begin
    -- In the order of the trigger that takes the leads out: first the campaign, then its leads. So the count is exact.
    perform from drip.campaigns as c where c.client_id = p_client_id and c.id = p_campaign_id for update;
    if not found then
        perform drip_internal.require_campaign(p_client_id, p_campaign_id);
    end if;
    select count(*) into v_leads
      from (select from drip.leads as l
             where l.client_id = p_client_id and l.campaign_link_id = p_campaign_id and l.is_active
             order by l.id for no key update) as l;
    delete from drip.campaigns as c where c.client_id = p_client_id and c.id = p_campaign_id;
    return v_leads;
end
$delete_campaign$;

comment on function drip.delete_campaign(uuid, uuid) is
'Deletes one campaign with its counters. Its active leads leave it first, as campaign_deleted or by a stronger outcome; histories keep its id and name. Returns how many left. To keep the statistics, drip.deactivate_campaign(). Raises DR001 for an unknown client, DR002 when the client has no such campaign, and what a lead''s exit raises.';
