-- json, not jsonb, which would not keep the order of the keys.
create or replace view drip_internal.campaign_objects with (security_invoker = true) as
select c.id,
       c.client_id,
       json_build_object(
           'id', c.id,
           'name', c.name,
           'formId', c.form_id,
           'isPaused', c.is_paused,
           'autoDiscovered', c.auto_discovered,
           'messages', m.messages,
           'clientId', c.client_id,
           'campaignType', c.campaign_type,
           'isActive', c.is_active,
           'deactivatedAt', to_char(c.deactivated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'webinarDatetime', to_char(c.webinar_datetime at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'zoomLink', c.zoom_link,
           'resourceName', c.resource_name,
           'resourceLink', c.resource_link,
           'statistics', json_build_object(
               'activeLeads', s.active_leads_count,
               'completed', s.completed_leads_count,
               'booked', s.booked_count,
               'optedOut', s.opted_out_count,
               'abandoned', s.abandoned_count,
               'campaignDeleted', s.campaign_deleted_count,
               'completionRate', s.completion_rate,
               'refused', json_build_object(
                   'alreadyEnrolled', s.refused_already_enrolled_count,
                   'alreadyCompleted', s.refused_already_completed_count,
                   'optedOut', s.refused_opted_out_count,
                   'campaignInactive', s.refused_campaign_inactive_count,
                   'inAnotherCampaign', s.refused_in_another_campaign_count)),
           'createdAt', to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'updatedAt', to_char(c.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'lastEnrollmentAt', to_char(s.last_enrollment_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'reenrollOutcomes', c.reenroll_outcomes,
           'reenrollAfterDays', c.reenroll_after_days) as campaign
  from drip.campaigns as c
  join drip.campaign_statistics as s on s.id = c.id and s.client_id = c.client_id
 cross join lateral (
       select coalesce(json_agg(json_build_object(
                  'step', e.message -> 'step', 'delayMinutes', e.message -> 'delayMinutes',
                  'text', e.message -> 'text', 'type', e.message -> 'type') order by e.place), '[]') as messages
         from jsonb_array_elements(c.messages) with ordinality as e (message, place)) as m;

comment on view drip_internal.campaign_objects is
'Each campaign as the one JSON object that SQL, HTTP and the command line show: timestamps as JavaScript''s toISOString() writes them, statistics exact at every instant.';
