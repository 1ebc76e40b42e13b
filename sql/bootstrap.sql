-- The deployer's own bookkeeping, made before the first migration and never dropped. Idempotent.
do $create_schema$
begin
    if to_regnamespace('drip_internal') is null then
        create schema drip_internal;
    end if;
end
$create_schema$;

create table if not exists drip_internal.applied_migrations (
    migration_id    text        not null,
    sha256          text        not null,
    rollback_sha256 text        not null,
    applied_at      timestamptz not null default now(),
    constraint applied_migrations_pkey primary key (migration_id)
);

comment on table drip_internal.applied_migrations is
'What each applied migration and its rollback looked like when it was applied, written in the migration''s own transaction. Yoyo''s tables say which are applied.';

create table if not exists drip_internal.deployed_objects (
    kind            text        not null,
    identity        text        not null,
    source_path     text,
    source_hash     text,
    definition_hash text        not null,
    server_major    integer     not null,
    deployed_at     timestamptz not null default now(),
    constraint deployed_objects_pkey primary key (kind, identity)
);

comment on table drip_internal.deployed_objects is
'The manifest: every object that the last deploy left, with the MD5 of its definition as that server prints it, and for what is replayed its source file and that file''s SHA-256.';

create table if not exists drip_internal.saved_grants (
    kind         text    not null,
    identity     text    not null,
    grantee      text    not null,
    privilege    text    not null,
    is_grantable boolean not null
);

comment on table drip_internal.saved_grants is
'Grants that others made on routines and views, while a deploy has these dropped.';
