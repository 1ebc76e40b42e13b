-- Puts the schedules aside in drip_internal.archive_0023_*; applying 0023 again brings them back. Jobs stay in pg_cron: take
-- them out first, with pg-drip schedule remove.
create table drip_internal.archive_0023_schedules as table drip.schedules;
create table drip_internal.archive_0023_shipped_schedules as table drip_internal.shipped_schedules;

drop table drip.schedules cascade;
drop table drip_internal.shipped_schedules cascade;
