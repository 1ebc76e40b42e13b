create or replace view drip.de_enrollment_health with (security_invoker = true) as
with sweeps as (
    select extract(epoch from now() - max(r.finished_at)) / 60 as minutes_since,
           bool_or(r.client_id is null) as is_fleet_swept
      from drip.de_enrollment_runs as r
     where r.status in ('succeeded', 'partial')
), stuck as (
    select (select count(*)
              from drip_internal.due_leads as d
             where not exists (select from drip.de_enrollment_errors as e
                                where e.client_id = d.client_id and e.lead_id = d.id and e.resolved_at is null)) as due,
           (select count(*)
              from drip.campaigns as c
              join drip.leads as l on l.client_id = c.client_id and l.campaign_link_id = c.id
             where c.is_active and c.message_count = 0
               and l.is_active and not l.opted_out and l.booked_at is null) as in_empty_campaigns,
           (select count(*)
              from drip.de_enrollment_errors as e
              join drip.leads as l on l.id = e.lead_id and l.client_id = e.client_id
             where e.resolved_at is null and l.is_active) as failing
), runs as (
    select count(*) filter (where r.status in ('failed', 'crashed') and not exists (
               select from drip.de_enrollment_runs as n
                where (n.client_id is null or n.client_id = r.client_id)
                  and n.started_at > r.started_at
                  and n.status in ('succeeded', 'partial'))) as broken,
           count(*) filter (where r.status = 'partial') as partial,
           coalesce(sum(r.leads_processed) filter (where r.client_id is not null), 0) as de_enrolled
      from drip.de_enrollment_runs as r
     where r.started_at > now() - interval '1 day'
), running as (
    select count(*) as sweeps,
           coalesce(max(extract(epoch from now() - r.heartbeat_at)) / 60, 0) as silent_minutes
      from drip.de_enrollment_runs as r
     where r.finished_at is null
), ledger as (
    select count(*) as pending
      from drip_internal.campaign_stat_deltas as d
), checks as (
    select 1 as position, 'last_sweep' as name,
           case
               -- Whoever sweeps client by client writes no run while nobody is due.
               when w.minutes_since > 60 and (w.is_fleet_swept or s.due > 0) then 'critical'
               when w.minutes_since is null and s.due > 0 then 'critical'
               else 'ok'
           end as status,
           round(w.minutes_since, 1) as value, 'minutes' as unit,
           case
               when w.minutes_since is null and s.due > 0
               then 'No sweep has run, and ' || s.due || ' leads are due. Run call drip.de_enroll_all_clients(), and schedule it.'
               when w.minutes_since is null then 'No sweep has run, and no lead is due.'
               when w.minutes_since > 60 and (w.is_fleet_swept or s.due > 0)
               then 'The last sweep is over an hour old. See whether the schedule still runs.'
               else 'Since the last sweep that ended well; over 60 is critical.'
           end as meaning
      from sweeps as w cross join stuck as s
     union all
    select 2, 'stuck_leads',
           case when s.in_empty_campaigns + s.failing > 0 then 'warning' else 'ok' end,
           s.in_empty_campaigns + s.failing, 'leads',
           case
               when s.in_empty_campaigns + s.failing > 0
               then 'Leads that no sweep can take out. See drip.stuck_leads for each one''s reason and advice.'
               else 'Leads that no sweep can take out.'
           end
      from stuck as s
     union all
    select 3, 'due_leads', 'ok', s.due, 'leads', 'Leads that the next sweep takes out.'
      from stuck as s
     union all
    select 4, 'failing_leads',
           case when s.failing > 0 then 'warning' else 'ok' end,
           s.failing, 'leads',
           case
               when s.failing > 0
               then 'Their exit raised an error. See drip.de_enrollment_errors; mend the cause, then drip.fix_stuck_leads(client_id).'
               else 'Leads whose exit raises an error.'
           end
      from stuck as s
     union all
    select 5, 'broken_runs',
           case when r.broken > 0 then 'critical' else 'ok' end,
           r.broken, 'runs in 24 h',
           case
               when r.broken > 0
               then 'Sweeps that failed or crashed with no good one since. See error_message in drip.de_enrollment_runs and the server''s log.'
               else 'Sweeps that failed or crashed with no good one since.'
           end
      from runs as r
     union all
    select 6, 'partial_runs',
           case when r.partial > 0 and s.failing > 0 then 'warning' else 'ok' end,
           r.partial, 'runs in 24 h', 'Sweeps in which some lead failed and the others left.'
      from runs as r cross join stuck as s
     union all
    select 7, 'running_sweeps',
           case when r.silent_minutes > 5 then 'critical' else 'ok' end,
           r.sweeps, 'runs',
           case
               when r.silent_minutes > 5
               then 'A sweep has given no sign of life for over 5 minutes. Run drip.reap_runs(), and see who blocks it.'
               else 'Sweeps at work now.'
           end
      from running as r
     union all
    select 8, 'de_enrolled', 'ok', r.de_enrolled, 'leads in 24 h', 'Leads that sweeps took out.'
      from runs as r
     union all
    select 9, 'unfolded_statistics',
           case when l.pending > 100000 then 'warning' else 'ok' end,
           l.pending, 'ledger rows',
           case
               when l.pending > 100000
               then 'Counter changes pile up. See whether drip.fold_campaign_stats() still runs each minute.'
               else 'Counter changes that are not folded yet; drip.campaign_statistics includes them.'
           end
      from ledger as l
)
select k.name, k.status, k.value::numeric as value, k.unit, k.meaning
  from checks as k
 order by k.position;

comment on view drip.de_enrollment_health is
'What a DBA looks at first: one row per check, with status (ok, warning, critical), value, unit and what it means or what to do.';
