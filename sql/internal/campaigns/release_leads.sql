create or replace function drip_internal.release_leads()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $release_leads$
begin
    -- Locked before looking: an enrollment in flight holds the row's key, and its lead must be seen here.
    perform from drip.campaigns as c where c.id = old.id and c.client_id = old.client_id for update;

    -- Every lead, so it waits for locked ones; the row that goes counts as retired.
    perform drip_internal.exit_leads(
        old.client_id,
        array(select l.id from drip.leads as l
               where l.client_id = old.client_id and l.campaign_link_id = old.id and l.is_active
               order by l.id for no key update),
        'campaign_deleted');
    return old;
end
$release_leads$;

comment on function drip_internal.release_leads() is
'Trigger: takes the active leads of a campaign out before its row is deleted. Security definer: whoever may delete a campaign need not have rights on its leads.';

create or replace trigger campaigns_release_leads
before delete on drip.campaigns
for each row execute function drip_internal.release_leads();
