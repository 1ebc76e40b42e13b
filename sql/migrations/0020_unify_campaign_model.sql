-- depends: 0019_add_campaign_completion_tracking
-- One campaign model: a messages array for every campaign, retire beside pause, exact counters, and the ledger they are
-- folded from.

alter table drip.campaigns
    add column is_active boolean default true,
    add column active_leads_count integer default 0,
    add column completed_leads_count integer default 0,
    add column opted_out_count integer default 0,
    add column booked_count integer default 0,
    add column abandoned_count integer default 0,
    add column campaign_deleted_count integer default 0,
    add column deactivated_at timestamptz,
    add column last_enrollment_at timestamptz,
    add column auto_discovered boolean default false;

-- Applied again after a rollback: what cannot be worked out anew comes back; the counters are counted below.
do $restore_archive$
begin
    if to_regclass('drip_internal.archive_0020_campaigns') is not null then
        update drip.campaigns as c
           set is_active = a.is_active,
               deactivated_at = a.deactivated_at,
               last_enrollment_at = a.last_enrollment_at,
               auto_discovered = a.auto_discovered
          from drip_internal.archive_0020_campaigns as a
         where a.id = c.id and a.client_id = c.client_id;
        drop table drip_internal.archive_0020_campaigns;
    end if;
end
$restore_archive$;

-- The deprecated template becomes a sequence of one message; a sequence that exists wins over it.
update drip.campaigns as c
   set messages = case
           when c.message_template <> '' then jsonb_build_array(jsonb_build_object(
                'step', 1, 'delayMinutes', 0, 'text', c.message_template, 'type', 'sms'))
           else '[]'::jsonb
       end
 where c.messages is null or c.messages in ('[]', 'null');

alter table drip.campaigns
    alter column messages set default '[]'::jsonb,
    alter column messages set not null,
    alter column is_active set not null,
    alter column active_leads_count set not null,
    alter column completed_leads_count set not null,
    alter column opted_out_count set not null,
    alter column booked_count set not null,
    alter column abandoned_count set not null,
    alter column campaign_deleted_count set not null,
    alter column auto_discovered set not null,
    add column message_count integer not null generated always as (
        case when jsonb_typeof(messages) = 'array' then jsonb_array_length(messages) else 0 end) stored,
    add constraint retired_campaigns_have_deactivated_at check (is_active or deactivated_at is not null);

-- Without a routine of ours, which no CHECK calls.
alter table drip.campaigns add constraint messages_are_a_sequence check (
    case
        when jsonb_typeof(messages) <> 'array' then false
        when jsonb_array_length(messages) > 50 then false
        when octet_length(messages::text) > 65536 then false
        -- strict: lax would look inside an array in the array
        when jsonb_path_exists(messages, 'strict $[*].type() ? (@ != "object")') then false
        -- Written out, as jsonpath has no length, and a regular expression for it takes 3 ms per row at each update.
        when greatest(
            char_length(messages #>> '{0,text}'), char_length(messages #>> '{1,text}'), char_length(messages #>> '{2,text}'),
            char_length(messages #>> '{3,text}'), char_length(messages #>> '{4,text}'), char_length(messages #>> '{5,text}'),
            char_length(messages #>> '{6,text}'), char_length(messages #>> '{7,text}'), char_length(messages #>> '{8,text}'),
            char_length(messages #>> '{9,text}'), char_length(messages #>> '{10,text}'), char_length(messages #>> '{11,text}'),
            char_length(messages #>> '{12,text}'), char_length(messages #>> '{13,text}'), char_length(messages #>> '{14,text}'),
            char_length(messages #>> '{15,text}'), char_length(messages #>> '{16,text}'), char_length(messages #>> '{17,text}'),
            char_length(messages #>> '{18,text}'), char_length(messages #>> '{19,text}'), char_length(messages #>> '{20,text}'),
            char_length(messages #>> '{21,text}'), char_length(messages #>> '{22,text}'), char_length(messages #>> '{23,text}'),
            char_length(messages #>> '{24,text}'), char_length(messages #>> '{25,text}'), char_length(messages #>> '{26,text}'),
            char_length(messages #>> '{27,text}'), char_length(messages #>> '{28,text}'), char_length(messages #>> '{29,text}'),
            char_length(messages #>> '{30,text}'), char_length(messages #>> '{31,text}'), char_length(messages #>> '{32,text}'),
            char_length(messages #>> '{33,text}'), char_length(messages #>> '{34,text}'), char_length(messages #>> '{35,text}'),
            char_length(messages #>> '{36,text}'), char_length(messages #>> '{37,text}'), char_length(messages #>> '{38,text}'),
            char_length(messages #>> '{39,text}'), char_length(messages #>> '{40,text}'), char_length(messages #>> '{41,text}'),
            char_length(messages #>> '{42,text}'), char_length(messages #>> '{43,text}'), char_length(messages #>> '{44,text}'),
            char_length(messages #>> '{45,text}'), char_length(messages #>> '{46,text}'), char_length(messages #>> '{47,text}'),
            char_length(messages #>> '{48,text}'), char_length(messages #>> '{49,text}')) > 1600 then false
        else
            jsonb_path_query_array(messages, '$[*].step') = jsonb_path_query_array(
                '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50]',
                '$[*] ? (@ <= $n)', jsonb_build_object('n', jsonb_array_length(messages)))
            and not jsonb_path_exists(messages, '$[*] ? (!(
                @.step.type() == "number"
                && @.delayMinutes.type() == "number" && @.delayMinutes >= 0 && @.delayMinutes <= 525600
                && @.delayMinutes.floor() == @.delayMinutes
                && @.text.type() == "string" && @.text != ""
                && @."type".type() == "string" && (@."type" == "sms" || @."type" == "email")))')
            and not jsonb_path_exists(messages, '$[*].keyvalue() ? (
                @.key != "step" && @.key != "delayMinutes" && @.key != "text" && @.key != "type")')
    end) not valid;

-- Validating would say only that some row is wrong; this says which.
do $name_broken_sequences$
declare
    v_campaign record;
    v_names    text;
begin
    for v_campaign in select c.id, c.client_id, c.name from drip.campaigns as c order by c.id loop
        begin
            update drip.campaigns as c set messages = c.messages
             where c.id = v_campaign.id and c.client_id = v_campaign.client_id;
        exception when check_violation then
            v_names := concat_ws(', ', v_names, format('%s (%s)', v_campaign.name, v_campaign.id));
        end;
    end loop;
    if v_names is not null then
        raise exception using
            errcode = 'DR007',
            message = format('these campaigns have messages that are no sequence: %s', v_names),
            hint    = 'Correct drip.campaigns.messages to [{step, delayMinutes, text, type}, …], steps 1 to n in order, and deploy again.';
    end if;
end
$name_broken_sequences$;

alter table drip.campaigns validate constraint messages_are_a_sequence;

comment on column drip.campaigns.messages is
'[{step, delayMinutes, text, type}]: at most 50, steps 1 to n in order, delay 0 to 525,600 minutes after the message before, text 1 to 1,600 characters, type sms or email; at most 64 KiB.';
comment on column drip.campaigns.message_template is
'Deprecated. A writer that still sets it gets a sequence of one SMS.';
comment on column drip.campaigns.message_count is 'Number of messages; a lead at this position has finished.';
comment on column drip.campaigns.is_active is
'False: retired, for good. No sending, no enrolling; the next sweep takes its active leads out as campaign_deleted.';
comment on column drip.campaigns.active_leads_count is
'Folded from the ledger each minute; drip.campaign_statistics is exact at every instant.';

-- The counters' ledger: triggers append, drip.fold_campaign_stats() folds. Counting in place would make every enrollment
-- of a campaign wait for its row (980 inserts/s instead of 9,400/s with 16 connections) and deadlock concurrent sweeps.
-- No foreign key: checking it would lock the campaign's row again. No CHECK of the counter's name, which only our own
-- triggers write: reading the constraint costs a third of the trigger at each insert.
create table drip_internal.campaign_stat_deltas (
    id                 bigint  not null generated always as identity,
    client_id          uuid    not null,
    campaign_id        uuid    not null,
    counter            text    not null,
    delta              integer not null,
    last_enrollment_at timestamptz,
    constraint campaign_stat_deltas_pkey primary key (client_id, campaign_id, id)
);

comment on table drip_internal.campaign_stat_deltas is
'Changes of campaign counters that are not folded into drip.campaigns yet. Append-only; a fold deletes what it sums.';

-- Initial counts: active leads linked now, and history entries of existing leads by campaign and outcome.
with exits as (
    select l.client_id, e.entry ->> 'campaignId' as campaign_id,
           count(*) filter (where e.entry ->> 'outcome' = 'completed') as completed,
           count(*) filter (where e.entry ->> 'outcome' = 'opted_out') as opted_out,
           count(*) filter (where e.entry ->> 'outcome' = 'booked') as booked,
           count(*) filter (where e.entry ->> 'outcome' = 'abandoned') as abandoned,
           count(*) filter (where e.entry ->> 'outcome' = 'campaign_deleted') as campaign_deleted
      from drip.leads as l
     cross join lateral jsonb_array_elements(l.campaign_history) as e (entry)
     group by l.client_id, e.entry ->> 'campaignId'
), enrolled as (
    select l.client_id, l.campaign_link_id as campaign_id,
           count(*) filter (where l.is_active) as active,
           max(l.enrolled_at) as last_enrollment_at
      from drip.leads as l
     where l.campaign_link_id is not null
     group by l.client_id, l.campaign_link_id
)
update drip.campaigns as c
   set active_leads_count = coalesce(n.active, 0),
       completed_leads_count = coalesce(x.completed, 0),
       opted_out_count = coalesce(x.opted_out, 0),
       booked_count = coalesce(x.booked, 0),
       abandoned_count = coalesce(x.abandoned, 0),
       campaign_deleted_count = coalesce(x.campaign_deleted, 0),
       last_enrollment_at = greatest(c.last_enrollment_at, n.last_enrollment_at)
  from drip.campaigns as k
  left join enrolled as n on n.client_id = k.client_id and n.campaign_id = k.id
  left join exits as x on x.client_id = k.client_id and x.campaign_id = k.id::text
 where k.id = c.id and k.client_id = c.client_id;

create index idx_campaigns_is_active on drip.campaigns (is_active) where is_active = true;
create index idx_campaigns_auto_discovered on drip.campaigns (auto_discovered) where auto_discovered = true;
create index idx_campaigns_last_enrollment on drip.campaigns (last_enrollment_at desc);
create index campaigns_client_idx on drip.campaigns (client_id);
