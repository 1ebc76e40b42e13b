create or replace function drip_internal.find_campaign(p_client_id uuid, p_campaign_id uuid, p_form_id text)
returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $find_campaign$
declare
    v_campaign_id uuid;
begin
    perform drip_internal.require_client(p_client_id);
    if (p_campaign_id is null) = (p_form_id is null) then
        raise exception using
            errcode = 'DR012',
            message = 'the campaign is not named once',
            hint    = 'Give either its id or its form''s id.';
    end if;
    select c.id into v_campaign_id
      from drip.campaigns as c
     where c.client_id = p_client_id and (c.id = p_campaign_id or c.form_id = p_form_id);
    if not found then
        raise exception using
            errcode = 'DR002',
            message = case
                when p_form_id is null then format('client %s has no campaign %s', p_client_id, p_campaign_id)
                else format('client %s has no campaign for form %s', p_client_id, p_form_id)
            end,
            hint    = 'Look it up in drip.campaigns.';
    end if;
    return v_campaign_id;
end
$find_campaign$;

comment on function drip_internal.find_campaign(uuid, uuid, text) is
'The id of a client''s campaign, named by its id or by its form''s id. Raises DR001 for an unknown client, DR002 for an unknown campaign or form, DR012 when both or neither is given. Security definer: for pg-drip leads import, whose caller has no rights on the table.';
