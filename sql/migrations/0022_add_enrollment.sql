-- depends: 0021_add_de_enrollment_monitoring
-- Enrollment: when a campaign takes a lead back, counts of refusals, and the table that imports are copied into.

alter table drip.campaigns
    add column reenroll_outcomes text[],
    add column reenroll_after_days integer,
    add column refused_already_enrolled_count integer not null default 0,
    add column refused_already_completed_count integer not null default 0,
    add column refused_opted_out_count integer not null default 0,
    add column refused_campaign_inactive_count integer not null default 0,
    add column refused_in_another_campaign_count integer not null default 0,
    add constraint reenroll_outcomes_exist check (
        cardinality(reenroll_outcomes) > 0 and array_position(reenroll_outcomes, null) is null
        and reenroll_outcomes <@ array['completed', 'booked', 'opted_out', 'abandoned', 'campaign_deleted']) not valid,
    add constraint reenroll_after_days_is_0_to_36500 check (reenroll_after_days between 0 and 36500) not valid;

alter table drip.campaigns validate constraint reenroll_outcomes_exist;
alter table drip.campaigns validate constraint reenroll_after_days_is_0_to_36500;

comment on column drip.campaigns.reenroll_outcomes is
'Takes a lead back that left this campaign with one of these outcomes. Null: with any, if reenroll_after_days is set, else never.';
comment on column drip.campaigns.reenroll_after_days is
'Takes a lead back that left this campaign at least so many days (of 24 hours) ago. Null: at once, if reenroll_outcomes is set, else never.';
comment on column drip.campaigns.refused_already_enrolled_count is
'Enrollments refused for this reason. Like all counters folded from the ledger each minute.';

-- Unlogged: an import that a crash interrupts is begun again.
create unlogged table drip_internal.staged_leads (
    import_id                uuid,
    line                     bigint,
    first_name               text,
    last_name                text,
    phone                    text,
    email                    text,
    timezone                 text,
    current_message_position integer,
    booked_at                timestamptz,
    opted_out                boolean,
    enrolled_at              timestamptz,
    staged_at                timestamptz default now(),
    constraint staged_leads_pkey primary key (import_id, line)
);

comment on table drip_internal.staged_leads is
'Leads on their way in: what an import copied and has not enrolled yet. Its row type is what the enrolling routines take.';
comment on column drip_internal.staged_leads.line is 'The line of the file, or the place in the array, counted from 1.';

-- Applied again after a rollback: settings and counts come back.
do $restore_archive$
begin
    if to_regclass('drip_internal.archive_0022_campaigns') is not null then
        update drip.campaigns as c
           set reenroll_outcomes = a.reenroll_outcomes,
               reenroll_after_days = a.reenroll_after_days,
               refused_already_enrolled_count = a.refused_already_enrolled_count,
               refused_already_completed_count = a.refused_already_completed_count,
               refused_opted_out_count = a.refused_opted_out_count,
               refused_campaign_inactive_count = a.refused_campaign_inactive_count,
               refused_in_another_campaign_count = a.refused_in_another_campaign_count
          from drip_internal.archive_0022_campaigns as a
         where a.id = c.id and a.client_id = c.client_id;
        drop table drip_internal.archive_0022_campaigns;
    end if;
end
$restore_archive$;
