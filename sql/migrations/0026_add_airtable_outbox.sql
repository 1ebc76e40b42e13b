-- depends: 0025_add_api_keys
-- The outbox from which campaigns are copied to Airtable. A trigger appends to it, drip.claim_airtable_changes() leases.

create table drip.airtable_outbox (
    id             bigint      not null generated always as identity,
    client_id      uuid        not null,
    campaign_id    uuid        not null,
    deleted_record jsonb,
    changed_at     timestamptz not null default now(),
    attempts       integer     not null default 0,
    claim_id       uuid,
    claimed_until  timestamptz,
    tried_through  bigint,
    retry_at       timestamptz,
    last_error     text,
    constraint airtable_outbox_pkey primary key (id, client_id),
    constraint attempts_are_not_negative check (attempts >= 0),
    constraint claims_have_an_end check ((claim_id is null) = (claimed_until is null))
);

comment on table drip.airtable_outbox is
'Changes of campaigns that Airtable has not got yet, oldest first. Append-only: a change writes no older row, and once the campaign''s newest state is in Airtable its rows go. A campaign''s oldest row stands for all of them: it alone holds claim, attempts and error. No foreign key: the row of a deleted campaign, or client, outlives it until Airtable knows.';
comment on column drip.airtable_outbox.deleted_record is
'The last state of a campaign that was deleted. Null: the campaign''s state when it is claimed is what counts.';
comment on column drip.airtable_outbox.attempts is 'How often Airtable refused this campaign''s record.';
comment on column drip.airtable_outbox.tried_through is
'The newest row that the last claim covered; completing the claim removes the campaign''s rows up to here.';
comment on column drip.airtable_outbox.retry_at is
'Not tried again before this moment, unless the campaign changes again.';

create index airtable_outbox_campaign_idx on drip.airtable_outbox (campaign_id, client_id, id);
create index airtable_outbox_claim_idx on drip.airtable_outbox (claim_id) where claim_id is not null;

-- Applied again after a rollback: what was waiting waits again, in its order. What changed meanwhile nobody noted;
-- drip.queue_airtable_changes() queues all.
do $restore_archive$
begin
    if to_regclass('drip_internal.archive_0026_airtable_outbox') is not null then
        insert into drip.airtable_outbox (client_id, campaign_id, deleted_record, changed_at, attempts, retry_at, last_error)
        select a.client_id, a.campaign_id, a.deleted_record, a.changed_at, a.attempts, a.retry_at, a.last_error
          from drip_internal.archive_0026_airtable_outbox as a
         order by a.id;
        drop table drip_internal.archive_0026_airtable_outbox;
    end if;
end
$restore_archive$;
