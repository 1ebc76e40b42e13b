-- depends: 0018_baseline
-- Tracks how a lead left its campaign: completed_at, campaign_history, and the one-time repair of leads that never left.

alter table drip.leads
    add column enrolled_at timestamptz,
    add column completed_at timestamptz,
    add column campaign_history jsonb default '[]'::jsonb;

-- Applied again after a rollback: histories that the rollback put aside come back. On a first run the archive is empty.
do $create_archive$
begin
    if to_regclass('drip_internal.archive_0019_leads') is null then
        create table drip_internal.archive_0019_leads (
            id               uuid    not null,
            client_id        uuid    not null,
            is_active        boolean not null,
            enrolled_at      timestamptz,
            completed_at     timestamptz,
            campaign_history jsonb
        );
    end if;
end
$create_archive$;

update drip.leads as l
   set enrolled_at = a.enrolled_at,
       completed_at = a.completed_at,
       campaign_history = a.campaign_history
  from drip_internal.archive_0019_leads as a
 where a.id = l.id and a.client_id = l.client_id;

-- One pass over the table: leads at the end of their sequence leave now; leads that were inactive already get the entry
-- that they would have had, dated by their last change, the best that is known; one whose history came back is left alone
-- unless it became inactive while the history was away. A template counts as one message, since
-- 0020 will make it one. The outcome is the exit rule of drip_internal.lead_exits, spelt out (a test compares the two).
with verdicts as (
    select l.id, l.client_id, l.is_active,
           c.id as campaign_id, c.name as campaign_name,
           case
               when l.opted_out then 'opted_out'
               when l.booked_at is not null then 'booked'
               when m.message_count > 0 and l.current_message_position >= m.message_count then 'completed'
               else 'abandoned'
           end as outcome,
           m.message_count > 0 and l.current_message_position >= m.message_count as is_finished,
           case when l.is_active or not isfinite(l.updated_at) then now() else l.updated_at end as left_at,
           coalesce(l.enrolled_at, l.created_at) as entered_at
      from drip.leads as l
      left join drip.campaigns as c on c.id = l.campaign_link_id and c.client_id = l.client_id
      left join drip_internal.archive_0019_leads as r on r.id = l.id and r.client_id = l.client_id
     cross join lateral (
           select case
                      when jsonb_typeof(c.messages) = 'array' and c.messages <> '[]' then jsonb_array_length(c.messages)
                      when c.message_template <> '' then 1
                      else 0
                  end as message_count
           ) as m
     where l.is_active or r.id is null or r.is_active
)
update drip.leads as l
   set enrolled_at = v.entered_at,
       is_active = l.is_active and not v.is_finished,
       completed_at = case
           when v.campaign_id is not null and (v.is_finished or not v.is_active) then v.left_at
           else l.completed_at
       end,
       updated_at = case when v.is_finished and v.is_active then now() else l.updated_at end,
       campaign_history = case
           when v.campaign_id is not null and (v.is_finished or not v.is_active)
           then l.campaign_history || jsonb_build_object(
                   'campaignId', v.campaign_id,
                   'campaignName', v.campaign_name,
                   'enrolledAt', to_char(v.entered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                   'completedAt', to_char(v.left_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                   'messagesReceived', l.current_message_position,
                   'outcome', v.outcome)
           else l.campaign_history
       end
  from verdicts as v
 where v.id = l.id and v.client_id = l.client_id;

update drip.leads as l
   set enrolled_at = l.created_at
 where l.enrolled_at is null;

drop table drip_internal.archive_0019_leads;

alter table drip.leads
    alter column enrolled_at set default now(),
    alter column enrolled_at set not null,
    alter column campaign_history set not null,
    add constraint campaign_history_is_an_array check (jsonb_typeof(campaign_history) = 'array');

comment on column drip.leads.enrolled_at is 'When the lead entered its present (or last) campaign.';
comment on column drip.leads.completed_at is 'When the lead last left a campaign, whatever the outcome.';
comment on column drip.leads.campaign_history is
'Array, only ever appended to, one entry per campaign left: {campaignId, campaignName, enrolledAt, completedAt, messagesReceived, outcome [, value]}.';

-- jsonb_path_ops: half the size, and campaign_history @> '[{"campaignId": …}]' is the question that is asked.
create index idx_leads_campaign_history on drip.leads using gin (campaign_history jsonb_path_ops);
create index idx_leads_completed_at on drip.leads (completed_at) where completed_at is not null;
