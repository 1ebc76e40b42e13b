-- depends: 0022_add_enrollment
-- What runs by the clock, and when: the DBA's to change, and seeded by each deploy.

create table drip.schedules (
    name            text        not null,
    cron_expression text        not null,
    command         text        not null,
    purpose         text        not null default '',
    enabled         boolean     not null default true,
    installed_in    text,
    installed_by    text,
    updated_at      timestamptz not null default now(),
    constraint schedules_pkey primary key (name),
    constraint name_is_lower_case_words check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(name) <= 40),
    constraint installed_jobs_have_place_and_role check ((installed_in is null) = (installed_by is null))
);

comment on table drip.schedules is
'One row per schedule, whatever runs it: pg_cron (pg-drip schedule install) or pg-drip schedule run. A deploy adds the release''s own and never overwrites an edit or brings a deleted row back. Change it with drip.set_schedule(), drip.enable_schedule() and drip.disable_schedule(); after any other change, pg-drip schedule install.';
comment on column drip.schedules.cron_expression is 'Minute, hour, day of the month, month, day of the week; in UTC, as pg_cron runs it.';
comment on column drip.schedules.command is 'One statement, without the semicolon.';
comment on column drip.schedules.installed_in is 'The database whose pg_cron has the job, or has it again once the schedule is enabled. Null: not installed.';
comment on column drip.schedules.installed_by is 'The role that installed the job, owns it and runs it.';

create table drip_internal.shipped_schedules (
    name            text not null,
    cron_expression text not null,
    command         text not null,
    purpose         text not null,
    constraint shipped_schedules_pkey primary key (name)
);

comment on table drip_internal.shipped_schedules is
'What deploys wrote into drip.schedules last: what differs there is a DBA''s edit, and what is missing there a DBA deleted.';

-- Applied again after a rollback: schedules and edits come back.
do $restore_archive$
begin
    if to_regclass('drip_internal.archive_0023_schedules') is not null then
        insert into drip.schedules (
               name, cron_expression, command, purpose, enabled, installed_in, installed_by, updated_at)
        select a.name, a.cron_expression, a.command, a.purpose, a.enabled, a.installed_in, a.installed_by, a.updated_at
          from drip_internal.archive_0023_schedules as a;
        insert into drip_internal.shipped_schedules (name, cron_expression, command, purpose)
        select a.name, a.cron_expression, a.command, a.purpose
          from drip_internal.archive_0023_shipped_schedules as a;
        drop table drip_internal.archive_0023_schedules, drip_internal.archive_0023_shipped_schedules;
    end if;
end
$restore_archive$;
