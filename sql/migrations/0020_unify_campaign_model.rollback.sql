-- Puts what cannot be worked out anew aside in drip_internal.archive_0020_campaigns; applying 0020 again brings it back.
-- Messages made from a template stay: the template is still beside them.
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

drop index drip.campaigns_client_idx;
