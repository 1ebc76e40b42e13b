create or replace function drip_internal.find_campaign_problems(
    p_client_id   uuid,
    p_campaign_id uuid,
    p_patch       jsonb,
    p_now         timestamptz default now()
)
returns table (field text, problem text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $find_campaign_problems$
declare
    v_campaign jsonb := '{}'::jsonb;
begin
    perform drip_internal.require_moment(p_now);
    if p_campaign_id is null then
        perform drip_internal.require_client(p_client_id);
    else
        select to_jsonb(c) into v_campaign
          from drip.campaigns as c where c.client_id = p_client_id and c.id = p_campaign_id;
        if not found then
            perform drip_internal.require_campaign(p_client_id, p_campaign_id);
        end if;
    end if;
    return query
    select u.field, u.problem
      from drip_internal.patch_campaign(v_campaign, p_patch, p_now) as p
     cross join lateral unnest(p.fields, p.problems) with ordinality as u (field, problem, place)
     order by u.place;
end
$find_campaign_problems$;

comment on function drip_internal.find_campaign_problems(uuid, uuid, jsonb, timestamptz) is
'Why drip.update_campaign(), or with p_campaign_id null drip.create_campaign(), refuses this with DR016: a row per field, named in camel case (empty: the whole), and the problem in words. Raises DR001 for an unknown client, DR002 when the client has no such campaign. Security definer: for the HTTP door, whose role has no rights on the table.';
