-- depends: 0020_unify_campaign_model
-- Runs and errors of the sweeps, and the indexes by which a sweep finds who is due without reading who is not.

create table drip.de_enrollment_runs (
    id                uuid        not null default gen_random_uuid(),
    client_id         uuid,
    fleet_run_id      uuid,
    driver            text        not null default 'procedure',
    status            text        not null default 'running',
    batch_size        integer     not null,
    leads_found       bigint      not null default 0,
    leads_processed   bigint      not null default 0,
    leads_completed   bigint      not null default 0,
    leads_booked      bigint      not null default 0,
    leads_opted_out   bigint      not null default 0,
    leads_campaign_deleted bigint not null default 0,
    leads_skipped     bigint      not null default 0,
    leads_failed      bigint      not null default 0,
    batches           integer     not null default 0,
    failed_batches    integer     not null default 0,
    last_processed_id uuid,
    lock_id           integer     not null generated always as identity (cycle),
    started_at        timestamptz not null default now(),
    heartbeat_at      timestamptz not null default now(),
    finished_at       timestamptz,
    error_sqlstate    text,
    error_message     text,
    constraint de_enrollment_runs_pkey primary key (id),
    constraint de_enrollment_runs_client_key unique (id, client_id),
    constraint de_enrollment_runs_client_fkey foreign key (client_id) references drip.clients (id) on delete cascade,
    constraint de_enrollment_runs_fleet_run_fkey foreign key (fleet_run_id)
        references drip.de_enrollment_runs (id) on delete set null,
    constraint driver_is_known check (driver in ('procedure', 'caller')),
    constraint status_is_known check (status in ('running', 'succeeded', 'partial', 'failed', 'crashed')),
    constraint finished_runs_have_finished_at check ((status = 'running') = (finished_at is null)),
    constraint batch_size_is_1_to_10000 check (batch_size between 1 and 10000)
) with (fillfactor = 70);

comment on table drip.de_enrollment_runs is
'One row per sweep of a client, and one per fleet sweep (client_id null). Updated in each batch''s own transaction.';
comment on column drip.de_enrollment_runs.driver is
'procedure: alive while its session holds the advisory lock (20037, lock_id). caller: alive while its heartbeat is younger than five minutes.';
comment on column drip.de_enrollment_runs.failed_batches is
'Batches that raised an error as a whole and were retried lead by lead.';
comment on column drip.de_enrollment_runs.leads_skipped is
'Given to the run but locked by somebody else, no longer due, or of another client.';

create index de_enrollment_runs_client_idx on drip.de_enrollment_runs (client_id, started_at desc);
create index de_enrollment_runs_fleet_idx on drip.de_enrollment_runs (fleet_run_id) where fleet_run_id is not null;
create index de_enrollment_runs_started_idx on drip.de_enrollment_runs (started_at desc);
create index de_enrollment_runs_running_idx on drip.de_enrollment_runs (lock_id) where finished_at is null;

create table drip.de_enrollment_errors (
    id          bigint      not null generated always as identity,
    client_id   uuid        not null,
    run_id      uuid,
    lead_id     uuid        not null,
    sqlstate    text        not null,
    message     text        not null,
    attempts    integer     not null default 1,
    failed_at   timestamptz not null default now(),
    retry_at    timestamptz not null default now(),
    resolved_at timestamptz,
    constraint de_enrollment_errors_pkey primary key (id, client_id),
    constraint de_enrollment_errors_run_fkey foreign key (run_id, client_id)
        references drip.de_enrollment_runs (id, client_id) on delete set null (run_id),
    constraint de_enrollment_errors_lead_fkey foreign key (lead_id, client_id)
        references drip.leads (id, client_id) on delete cascade,
    constraint attempts_are_positive check (attempts > 0)
);

comment on table drip.de_enrollment_errors is
'Leads whose exit raised an error. One open row (resolved_at null) per lead: each further failure counts up attempts and doubles the pause before retry_at.';

create unique index de_enrollment_errors_open_idx on drip.de_enrollment_errors (client_id, lead_id)
 where resolved_at is null;
create index de_enrollment_errors_lead_idx on drip.de_enrollment_errors (lead_id, client_id);
create index de_enrollment_errors_run_idx on drip.de_enrollment_errors (run_id, client_id) where run_id is not null;

-- Finished leads: per campaign, position >= message_count. Also finds leads of a retired campaign, or of none.
create index leads_due_idx on drip.leads (client_id, campaign_link_id, current_message_position) where is_active;
-- Leads that opted out or booked, written directly and not taken out yet: nearly always empty.
create index leads_flagged_idx on drip.leads (client_id, id) where is_active and (opted_out or booked_at is not null);

-- Applied again after a rollback: runs and errors come back, except of clients and leads that are gone.
do $restore_archive$
begin
    if to_regclass('drip_internal.archive_0021_de_enrollment_runs') is not null then
        insert into drip.de_enrollment_runs (
               id, client_id, fleet_run_id, driver, status, batch_size, leads_found, leads_processed, leads_completed,
               leads_booked, leads_opted_out, leads_campaign_deleted, leads_skipped, leads_failed, batches,
               failed_batches, last_processed_id, started_at, heartbeat_at, finished_at, error_sqlstate, error_message)
        select a.id, a.client_id, f.id, a.driver,
               case when a.status = 'running' then 'crashed' else a.status end, a.batch_size, a.leads_found,
               a.leads_processed, a.leads_completed, a.leads_booked, a.leads_opted_out, a.leads_campaign_deleted,
               a.leads_skipped, a.leads_failed, a.batches, a.failed_batches, a.last_processed_id, a.started_at,
               a.heartbeat_at, coalesce(a.finished_at, a.heartbeat_at), a.error_sqlstate, a.error_message
          from drip_internal.archive_0021_de_enrollment_runs as a
          left join drip_internal.archive_0021_de_enrollment_runs as f on f.id = a.fleet_run_id
         where a.client_id is null or exists (select from drip.clients as c where c.id = a.client_id);

        insert into drip.de_enrollment_errors (
               client_id, run_id, lead_id, sqlstate, message, attempts, failed_at, retry_at, resolved_at)
        select e.client_id, r.id, e.lead_id, e.sqlstate, e.message, e.attempts, e.failed_at, e.retry_at, e.resolved_at
          from drip_internal.archive_0021_de_enrollment_errors as e
          join drip.leads as l on l.id = e.lead_id and l.client_id = e.client_id
          left join drip.de_enrollment_runs as r on r.id = e.run_id
         order by e.id;

        drop table drip_internal.archive_0021_de_enrollment_runs, drip_internal.archive_0021_de_enrollment_errors;
    end if;
end
$restore_archive$;
