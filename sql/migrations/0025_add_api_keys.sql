-- depends: 0024_add_campaign_management
-- Keys of the HTTP door, of which only the SHA-256 is stored, and counts of what it refused.

create table drip_internal.api_keys (
    id           uuid        not null default gen_random_uuid(),
    client_id    uuid,
    chain_id     uuid        not null,
    prefix       text        not null,
    key_sha256   bytea       not null,
    name         text,
    scopes       text[]      not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    constraint api_keys_pkey primary key (id),
    constraint api_keys_client_fkey foreign key (client_id) references drip.clients (id) on delete cascade,
    constraint api_keys_prefix_unique unique (prefix),
    constraint api_keys_sha256_unique unique (key_sha256),
    constraint prefix_is_ten_hex_digits check (prefix ~ '^[0-9a-f]{10}$'),
    constraint key_sha256_has_32_bytes check (octet_length(key_sha256) = 32),
    constraint name_is_1_to_255_characters check (char_length(name) between 1 and 255),
    constraint scopes_exist check (
        cardinality(scopes) > 0 and array_position(scopes, null) is null
        and scopes <@ array['admin', 'leads', 'webhook', 'read'])
);

comment on table drip_internal.api_keys is
'API keys. The key itself is shown once, by drip.create_api_key() or drip.rotate_api_key(), and cannot be had from here. Not in schema drip, whose tables drip_readonly reads.';
comment on column drip_internal.api_keys.client_id is 'The client that the key is for. Null: all.';
comment on column drip_internal.api_keys.chain_id is
'The id of the first key of the chain that rotating makes; at most two keys of a chain are live.';
comment on column drip_internal.api_keys.prefix is 'The middle part of drip_<prefix>_<secret>, by which people tell keys apart.';
comment on column drip_internal.api_keys.key_sha256 is 'SHA-256 of the whole key as UTF-8.';
comment on column drip_internal.api_keys.last_used_at is 'To the minute.';

create index api_keys_client_idx on drip_internal.api_keys (client_id);
create index api_keys_chain_idx on drip_internal.api_keys (chain_id);

create table drip.api_events (
    at     timestamptz not null,
    kind   text        not null,
    path   text        not null,
    events bigint      not null,
    constraint api_events_pkey primary key (at, kind, path),
    constraint kind_is_known check (kind in ('invalid_key', 'forbidden', 'rate_limited')),
    constraint path_is_at_most_100_characters check (char_length(path) <= 100),
    constraint events_are_positive check (events > 0)
) with (fillfactor = 70);

comment on table drip.api_events is
'What the HTTP door refused, counted by minute, kind and path. No address, no key, nothing of a person. At most 100 paths a minute, kept for 90 days.';

-- Applied again after a rollback: keys (except of clients that are gone) and events come back.
do $restore_archive$
begin
    if to_regclass('drip_internal.archive_0025_api_keys') is not null then
        insert into drip_internal.api_keys (
               id, client_id, chain_id, prefix, key_sha256, name, scopes, created_at, expires_at, revoked_at, last_used_at)
        select a.id, a.client_id, a.chain_id, a.prefix, a.key_sha256, a.name, a.scopes, a.created_at, a.expires_at,
               a.revoked_at, a.last_used_at
          from drip_internal.archive_0025_api_keys as a
         where a.client_id is null or exists (select from drip.clients as c where c.id = a.client_id);
        insert into drip.api_events (at, kind, path, events)
        select a.at, a.kind, a.path, a.events from drip_internal.archive_0025_api_events as a;
        drop table drip_internal.archive_0025_api_keys, drip_internal.archive_0025_api_events;
    end if;
end
$restore_archive$;
