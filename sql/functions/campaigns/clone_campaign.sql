create or replace function drip.clone_campaign(
    p_client_id   uuid,
    p_campaign_id uuid,
    p_name        text default null,
    p_form_id     text default null,
    p_now         timestamptz default now()
)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $clone_campaign$
declare
    v_campaign jsonb;
    v_patched  record;
begin
    perform drip_internal.require_moment(p_now);
    select to_jsonb(c) into v_campaign
      from drip.campaigns as c where c.client_id = p_client_id and c.id = p_campaign_id;
    if not found then
        perform drip_internal.require_campaign(p_client_id, p_campaign_id);
    end if;
    select p.campaign, p.fields, p.problems into v_patched
      from drip_internal.patch_campaign(
           v_campaign,
           jsonb_build_object('name', coalesce(p_name, rtrim(left(v_campaign ->> 'name', 248)) || ' (copy)'), 'formId', p_form_id),
           p_now) as p;
    perform drip_internal.raise_campaign_problems(v_patched.fields, v_patched.problems);
    v_campaign := v_patched.campaign || '{"is_paused": true, "is_active": true, "auto_discovered": false}';
    -- A webinar that was held: the copy waits, paused, for a date of its own.
    if (v_campaign ->> 'webinar_datetime')::timestamptz <= p_now then
        v_campaign := v_campaign - 'webinar_datetime';
    end if;
    return drip_internal.insert_campaign(v_campaign);
end
$clone_campaign$;

comment on function drip.clone_campaign(uuid, uuid, text, text, timestamptz) is
'Makes a new campaign with the messages and settings of this one, which may be retired, and returns its id. The copy is paused, active, not auto-discovered, has no leads and no counts, and no form unless p_form_id names one. p_name: default "<name> (copy)". A webinar''s date that is not after p_now is left out: set another before resuming. Raises DR001 for an unknown client, DR002 when the client has no such campaign, DR012 when p_now is no point in time, DR015 when another campaign of the client has the form, DR016 for a bad name or form id.';
