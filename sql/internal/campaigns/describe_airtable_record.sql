create or replace function drip_internal.describe_airtable_record(p_campaign drip.campaigns)
returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $describe_airtable_record$
begin
    return jsonb_build_object(
        'Campaign ID', p_campaign.id,
        'Client ID', p_campaign.client_id,
        'Name', p_campaign.name,
        'Form ID', p_campaign.form_id,
        'Type', p_campaign.campaign_type,
        'Messages', p_campaign.messages::text,
        'Message Count', p_campaign.message_count,
        'Paused', p_campaign.is_paused,
        'Active', p_campaign.is_active,
        'Deactivated At', to_char(p_campaign.deactivated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'Auto Discovered', p_campaign.auto_discovered,
        'Webinar Date', to_char(p_campaign.webinar_datetime at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'Zoom Link', p_campaign.zoom_link,
        'Resource Name', p_campaign.resource_name,
        'Resource Link', p_campaign.resource_link,
        'Re-enroll Outcomes', array_to_string(p_campaign.reenroll_outcomes, ', '),
        'Re-enroll After Days', p_campaign.reenroll_after_days,
        'Created At', to_char(p_campaign.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'Updated At', to_char(p_campaign.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'Deleted', false);
end
$describe_airtable_record$;

comment on function drip_internal.describe_airtable_record(drip.campaigns) is
'A campaign as the fields of its Airtable record: names as in docs/airtable.md, messages as JSON text, timestamps in UTC. Null empties the cell. No counter is among them, since counting queues nothing.';
