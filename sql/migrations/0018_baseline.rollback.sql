-- Puts the three tables aside in drip_internal.archive_0018_*; applying 0018 again brings them back.
create table drip_internal.archive_0018_clients as table drip.clients;
create table drip_internal.archive_0018_campaigns as table drip.campaigns;
create table drip_internal.archive_0018_leads as table drip.leads;

drop table drip.leads cascade;
drop table drip.campaigns cascade;
drop table drip.clients cascade;
