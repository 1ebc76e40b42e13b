create or replace view drip.campaign_statistics with (security_invoker = true) as
select c.id,
       c.client_id,
       c.name,
       c.campaign_type,
       c.is_active,
       c.is_paused,
       c.auto_discovered,
       n.active as active_leads_count,
       n.completed as completed_leads_count,
       n.opted_out as opted_out_count,
       n.booked as booked_count,
       n.abandoned as abandoned_count,
       n.campaign_deleted as campaign_deleted_count,
       round(100.0 * n.completed
             / nullif(n.completed + n.opted_out + n.booked + n.abandoned + n.campaign_deleted, 0), 1) as completion_rate,
       c.refused_already_enrolled_count + d.refused_already_enrolled as refused_already_enrolled_count,
       c.refused_already_completed_count + d.refused_already_completed as refused_already_completed_count,
       c.refused_opted_out_count + d.refused_opted_out as refused_opted_out_count,
       c.refused_campaign_inactive_count + d.refused_campaign_inactive as refused_campaign_inactive_count,
       c.refused_in_another_campaign_count + d.refused_in_another_campaign as refused_in_another_campaign_count,
       greatest(c.last_enrollment_at, d.last_enrollment_at) as last_enrollment_at,
       c.deactivated_at,
       c.created_at
  from drip.campaigns as c
 cross join lateral (
       select coalesce(sum(s.delta) filter (where s.counter = 'active'), 0) as active,
              coalesce(sum(s.delta) filter (where s.counter = 'completed'), 0) as completed,
              coalesce(sum(s.delta) filter (where s.counter = 'opted_out'), 0) as opted_out,
              coalesce(sum(s.delta) filter (where s.counter = 'booked'), 0) as booked,
              coalesce(sum(s.delta) filter (where s.counter = 'abandoned'), 0) as abandoned,
              coalesce(sum(s.delta) filter (where s.counter = 'campaign_deleted'), 0) as campaign_deleted,
              coalesce(sum(s.delta) filter (where s.counter = 'refused_already_enrolled'), 0) as refused_already_enrolled,
              coalesce(sum(s.delta) filter (where s.counter = 'refused_already_completed'), 0) as refused_already_completed,
              coalesce(sum(s.delta) filter (where s.counter = 'refused_opted_out'), 0) as refused_opted_out,
              coalesce(sum(s.delta) filter (where s.counter = 'refused_campaign_inactive'), 0) as refused_campaign_inactive,
              coalesce(sum(s.delta) filter (where s.counter = 'refused_in_another_campaign'), 0) as refused_in_another_campaign,
              max(s.last_enrollment_at) as last_enrollment_at
         from drip_internal.campaign_stat_deltas as s
        where s.client_id = c.client_id and s.campaign_id = c.id) as d
 cross join lateral (
       select c.active_leads_count + d.active as active,
              c.completed_leads_count + d.completed as completed,
              c.opted_out_count + d.opted_out as opted_out,
              c.booked_count + d.booked as booked,
              c.abandoned_count + d.abandoned as abandoned,
              c.campaign_deleted_count + d.campaign_deleted as campaign_deleted) as n;

comment on view drip.campaign_statistics is
'One row per campaign, exact at every instant: the folded counters plus what the ledger still holds. active_leads_count: leads in the campaign now; the others: exits ever, by outcome. completion_rate: percent of the exits that completed the sequence. refused_…_count: enrollments refused ever, by reason.';
