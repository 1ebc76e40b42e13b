-- Puts what cannot be worked out anew aside in drip_internal.archive_0020_campaigns; applying 0020 again brings it back.
-- Messages made from a template go, since the old application writes the template; applying again makes them anew.
create table drip_internal.archive_0020_campaigns as
select c.id, c.client_id, c.is_active, c.deactivated_at, c.last_enrollment_at, c.auto_discovered
  from drip.campaigns as c;

drop table drip_internal.campaign_stat_deltas cascade;

alter table drip.campaigns
    drop constraint messages_are_a_sequence,
    drop column message_count cascade,
    alter column messages drop not null,
    alter column messages drop default,
    drop column is_active cascade,
    drop column active_leads_count cascade,
    drop column completed_leads_count cascade,
    drop column opted_out_count cascade,
    drop column booked_count cascade,
    drop column abandoned_count cascade,
    drop column campaign_deleted_count cascade,
    drop column deactivated_at cascade,
    drop column last_enrollment_at cascade,
    drop column auto_discovered cascade;

update drip.campaigns as c
   set messages = null
 where c.messages = jsonb_build_array(jsonb_build_object(
       'step', 1, 'delayMinutes', 0, 'text', c.message_template, 'type', 'sms'));

drop index drip.campaigns_client_idx;
