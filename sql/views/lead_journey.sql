create or replace view drip.lead_journey with (security_invoker = true) as
select l.id,
       l.client_id,
       l.first_name,
       l.last_name,
       h.stay::integer as stay,
       h.entry ->> 'campaignId' as campaign_id,
       h.entry ->> 'campaignName' as campaign_name,
       (h.entry ->> 'enrolledAt')::timestamptz as enrolled_at,
       (h.entry ->> 'completedAt')::timestamptz as completed_at,
       (h.entry ->> 'messagesReceived')::integer as messages_received,
       h.entry ->> 'outcome' as outcome,
       (h.entry ->> 'value')::numeric as value
  from drip.leads as l
 cross join lateral jsonb_array_elements(l.campaign_history) with ordinality as h (entry, stay)
 union all
select l.id,
       l.client_id,
       l.first_name,
       l.last_name,
       jsonb_array_length(l.campaign_history) + 1,
       c.id::text,
       c.name,
       l.enrolled_at,
       null,
       l.current_message_position,
       'in_progress',
       null
  from drip.leads as l
  join drip.campaigns as c on c.id = l.campaign_link_id and c.client_id = l.client_id
 where l.is_active;

comment on view drip.lead_journey is
'What each lead went through: one row per stay in a campaign, in order of stay, the present one last with outcome in_progress. messages_received counts messages. Filter by id (the lead).';
