-- Puts the campaigns' settings and their counts of refusals aside in drip_internal.archive_0022_campaigns; applying 0022
-- again brings them back. What an import had staged and not enrolled is dropped.
create table drip_internal.archive_0022_campaigns as
select c.id, c.client_id, c.reenroll_outcomes, c.reenroll_after_days,
       c.refused_already_enrolled_count + coalesce(d.already_enrolled, 0) as refused_already_enrolled_count,
       c.refused_already_completed_count + coalesce(d.already_completed, 0) as refused_already_completed_count,
       c.refused_opted_out_count + coalesce(d.opted_out, 0) as refused_opted_out_count,
       c.refused_campaign_inactive_count + coalesce(d.campaign_inactive, 0) as refused_campaign_inactive_count,
       c.refused_in_another_campaign_count + coalesce(d.in_another_campaign, 0) as refused_in_another_campaign_count
  from drip.campaigns as c
  left join (
       select s.client_id, s.campaign_id,
              sum(s.delta) filter (where s.counter = 'refused_already_enrolled') as already_enrolled,
              sum(s.delta) filter (where s.counter = 'refused_already_completed') as already_completed,
              sum(s.delta) filter (where s.counter = 'refused_opted_out') as opted_out,
              sum(s.delta) filter (where s.counter = 'refused_campaign_inactive') as campaign_inactive,
              sum(s.delta) filter (where s.counter = 'refused_in_another_campaign') as in_another_campaign
         from drip_internal.campaign_stat_deltas as s
        group by s.client_id, s.campaign_id) as d
    on d.client_id = c.client_id and d.campaign_id = c.id;

delete from drip_internal.campaign_stat_deltas as d where d.counter like 'refused\_%';

drop table drip_internal.staged_leads cascade;

alter table drip.campaigns
    drop column reenroll_outcomes cascade,
    drop column reenroll_after_days cascade,
    drop column refused_already_enrolled_count cascade,
    drop column refused_already_completed_count cascade,
    drop column refused_opted_out_count cascade,
    drop column refused_campaign_inactive_count cascade,
    drop column refused_in_another_campaign_count cascade;
