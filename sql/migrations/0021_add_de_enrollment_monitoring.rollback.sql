-- Puts runs and errors aside in drip_internal.archive_0021_*; applying 0021 again brings them back.
create table drip_internal.archive_0021_de_enrollment_runs as table drip.de_enrollment_runs;
create table drip_internal.archive_0021_de_enrollment_errors as table drip.de_enrollment_errors;

drop table drip.de_enrollment_errors cascade;
drop table drip.de_enrollment_runs cascade;

drop index drip.leads_due_idx;
drop index drip.leads_flagged_idx;
