-- Puts enrolled_at, completed_at and the histories aside in drip_internal.archive_0019_leads; applying 0019 again brings
-- them back. Leads that left their campaign stay inactive.
create table drip_internal.archive_0019_leads as
select l.id, l.client_id, l.is_active, l.enrolled_at, l.completed_at, l.campaign_history
  from drip.leads as l;

alter table drip.leads
    drop column enrolled_at cascade,
    drop column completed_at cascade,
    drop column campaign_history cascade;
