create or replace function drip_internal.patch_campaign(
    p_campaign jsonb,
    p_patch    jsonb,
    p_now      timestamptz
)
returns table (campaign jsonb, fields text[], problems text[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $patch_campaign$
declare
    v_fields  constant text[] := array[
        'name', 'formId', 'campaignType', 'messages', 'isPaused', 'isActive', 'autoDiscovered', 'webinarDatetime',
        'zoomLink', 'resourceName', 'resourceLink', 'reenrollOutcomes', 'reenrollAfterDays'];
    v_columns constant text[] := array[
        'name', 'form_id', 'campaign_type', 'messages', 'is_paused', 'is_active', 'auto_discovered', 'webinar_datetime',
        'zoom_link', 'resource_name', 'resource_link', 'reenroll_outcomes', 'reenroll_after_days'];
    v_given   text[] := array[]::text[];
    v_entry   record;
    v_place   integer;
    v_field   text;
    v_value   jsonb;
    v_problem text;
begin
    campaign := p_campaign;
    fields := array[]::text[];
    problems := array[]::text[];
    if jsonb_typeof(p_patch) is distinct from 'object' then
        fields := array[''];
        problems := array['must be an object'];
        return next;
        return;
    end if;

    for v_entry in
        select e.key, e.value, jsonb_typeof(e.value) as type, e.value #>> '{}' as text
          from jsonb_each(p_patch) as e (key, value)
         order by e.key
    loop
        v_place := coalesce(array_position(v_fields, v_entry.key), array_position(v_columns, v_entry.key));
        v_field := v_fields[v_place];
        v_value := v_entry.value;
        v_problem := null;
        if v_field is null then
            v_field := coalesce(drip.sanitize_plain_text(v_entry.key, 60), '');
            v_problem := case
                when v_entry.key in ('messageTemplate', 'message_template') then 'is deprecated; give messages'
                else 'is not known, or cannot be set'
            end;
        elsif v_field = any (v_given) then
            v_problem := 'is given twice';
        elsif v_field = 'name' then
            v_value := case when v_entry.type = 'string' then to_jsonb(drip.sanitize_plain_text(v_entry.text)) end;
            if v_value is null then
                v_problem := 'must be text, and not blank';
            end if;
        elsif v_field = 'formId' then
            if v_entry.type not in ('string', 'null')
               or drip.sanitize_plain_text(v_entry.text) is distinct from v_entry.text then
                v_problem := drip_internal.form_id_rule() || ', or null';
            end if;
        elsif v_field = 'campaignType' then
            if v_value not in ('"standard"', '"webinar"') then
                v_problem := 'must be standard or webinar';
            end if;
        elsif v_field = 'messages' then
            v_problem := 'must be a sequence, but ' || drip_internal.find_message_problem(v_value);
        elsif v_field in ('isPaused', 'isActive', 'autoDiscovered') then
            if v_entry.type <> 'boolean' then
                v_problem := 'must be true or false';
            end if;
        elsif v_field = 'webinarDatetime' then
            v_value := case
                when v_entry.type = 'string' and v_entry.text ~ 'T.*(Z|[+-][0-9:]+)$'
                then to_jsonb(drip_internal.parse_moment(v_entry.text))
            end;
            if v_value is null and v_entry.type <> 'null' then
                v_problem := 'must be a point in time with its offset, as 2030-01-31T18:00:00Z, or null';
            end if;
        elsif v_field in ('zoomLink', 'resourceLink') then
            v_value := case when v_entry.type = 'string' then to_jsonb(drip.sanitize_url(v_entry.text)) end;
            if v_value is null and v_entry.type <> 'null' then
                v_problem := 'must be an http or https URL with a host, without user info, control characters or white '
                             'space, of at most 2,048 characters, or null';
            end if;
        elsif v_field = 'resourceName' then
            v_value := to_jsonb(drip.sanitize_plain_text(v_entry.text));
            if v_entry.type not in ('string', 'null') then
                v_problem := 'must be text or null';
            end if;
        elsif v_field = 'reenrollOutcomes' then
            if v_entry.type <> 'null'
               and (v_entry.type <> 'array' or v_value = '[]'
                    or not v_value <@ '["completed", "booked", "opted_out", "abandoned", "campaign_deleted"]') then
                v_problem := 'must be an array of completed, booked, opted_out, abandoned or campaign_deleted, or null';
            end if;
        elsif v_field = 'reenrollAfterDays' then
            if v_entry.type = 'number' and v_value between '0' and '36500' and v_value::numeric % 1 = 0 then
                v_value := to_jsonb(v_value::numeric::integer);
            elsif v_entry.type <> 'null' then
                v_problem := 'must be a whole number from 0 to 36,500, or null';
            end if;
        end if;
        v_given := v_given || v_field;
        if v_problem is null then
            campaign := campaign || jsonb_build_object(v_columns[v_place], v_value);
        else
            fields := fields || v_field;
            problems := problems || v_problem;
        end if;
    end loop;

    if p_campaign -> 'id' is null and 'name' <> all (v_given) then
        fields := fields || 'name'::text;
        problems := problems || 'is needed'::text;
    end if;
    -- Asked only when something of it is set, or it is to send: the date of a webinar that was held passes, and the rest can still be changed.
    if campaign ->> 'campaign_type' = 'webinar'
       and (p_campaign -> 'id' is null or v_given && array['campaignType', 'webinarDatetime', 'zoomLink']
            or p_campaign ->> 'is_paused' = 'true' and campaign ->> 'is_paused' = 'false') then
        v_problem := case
            when 'webinarDatetime' = any (fields) then null
            when campaign ->> 'webinar_datetime' is null then 'is needed by a webinar'
            when (campaign ->> 'webinar_datetime')::timestamptz > p_now then null
            -- Given again as it is.
            when p_campaign ->> 'campaign_type' = 'webinar' and (campaign ->> 'webinar_datetime')::timestamptz
                 is not distinct from (p_campaign ->> 'webinar_datetime')::timestamptz then null
            else 'must be in the future'
        end;
        if v_problem is not null then
            fields := fields || 'webinarDatetime'::text;
            problems := problems || v_problem;
        end if;
        if campaign ->> 'zoom_link' is null and 'zoomLink' <> all (fields) then
            fields := fields || 'zoomLink'::text;
            problems := problems || 'is needed by a webinar'::text;
        end if;
    end if;
    return next;
end
$patch_campaign$;

comment on function drip_internal.patch_campaign(jsonb, jsonb, timestamptz) is
'A campaign as this patch would leave it (keys in camel or snake case, text made plain), and what is wrong with the patch: a field and a problem in words at the same place of both arrays, which are empty when nothing is. p_campaign: the row as to_jsonb() gives it; without an id: one that is to be created. p_now: what a webinar must come after. The values stay out of the problems.';
