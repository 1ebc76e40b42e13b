-- Puts keys and events aside in drip_internal.archive_0025_*; applying 0025 again brings them back.
create table drip_internal.archive_0025_api_keys as table drip_internal.api_keys;
create table drip_internal.archive_0025_api_events as table drip.api_events;

drop table drip_internal.api_keys cascade;
drop table drip.api_events cascade;
