create or replace function drip_internal.prepare_campaign()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $prepare_campaign$
declare
    v_problem text;
    v_link    text;
begin
    -- A writer of the old model knows only the template.
    if new.message_template <> ''
       and (tg_op = 'INSERT' and coalesce(new.messages, '[]') = '[]'
            or tg_op = 'UPDATE' and new.message_template is distinct from old.message_template
               and new.messages is not distinct from old.messages) then
        new.messages := jsonb_build_array(jsonb_build_object(
            'step', 1, 'delayMinutes', 0, 'text', new.message_template, 'type', 'sms'));
    end if;

    v_problem := drip_internal.find_message_problem(new.messages);
    if v_problem is not null then
        raise exception using
            errcode = 'DR007',
            message = format('messages are no sequence: %s', v_problem),
            hint    = 'Give [{step, delayMinutes, text, type}, …] with steps 1 to n in order, or [].';
    end if;

    -- A blank link is none.
    v_link := case
        when new.zoom_link ~ '\S' and drip.sanitize_url(new.zoom_link) is null then 'zoom_link'
        when new.resource_link ~ '\S' and drip.sanitize_url(new.resource_link) is null then 'resource_link'
    end;
    if v_link is not null then
        raise exception using
            errcode = 'DR016',
            message = format('this is no campaign: %s is no http or https URL', v_link),
            hint    = 'Give a URL with a host, without user info, control characters or white space, or null.';
    end if;
    new.zoom_link := drip.sanitize_url(new.zoom_link);
    new.resource_link := drip.sanitize_url(new.resource_link);

    if tg_op = 'INSERT' then
        -- The counters are the ledger's; a row copied from another campaign brings that one's along.
        new.active_leads_count := 0;
        new.completed_leads_count := 0;
        new.opted_out_count := 0;
        new.booked_count := 0;
        new.abandoned_count := 0;
        new.campaign_deleted_count := 0;
        new.refused_already_enrolled_count := 0;
        new.refused_already_completed_count := 0;
        new.refused_opted_out_count := 0;
        new.refused_campaign_inactive_count := 0;
        new.refused_in_another_campaign_count := 0;
    else
        if new.is_active and not old.is_active then
            raise exception using
                errcode = 'DR008',
                message = format('campaign %s is retired, and that is final', old.id),
                hint    = 'Make a copy of it with drip.clone_campaign().';
        end if;
        new.updated_at := now();
    end if;
    if not new.is_active then
        new.deactivated_at := coalesce(new.deactivated_at, now());
    end if;
    return new;
end
$prepare_campaign$;

comment on function drip_internal.prepare_campaign() is
'Trigger: turns a message_template into a sequence, refuses messages that are none (DR007), links that are no URLs (DR016) and reviving a retired campaign (DR008), stamps deactivated_at and updated_at, starts the counters at 0. Not fired by the fold, which names none of its columns. Security definer: who may write campaigns needs no rights on the machinery.';

create or replace trigger campaigns_prepare
before insert or update of name, form_id, campaign_type, message_template, messages, is_paused, is_active,
    deactivated_at, auto_discovered, webinar_datetime, zoom_link, resource_name, resource_link, reenroll_outcomes,
    reenroll_after_days
on drip.campaigns
for each row execute function drip_internal.prepare_campaign();
