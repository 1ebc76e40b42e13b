-- Nothing is lost: links and lists are as before, unchecked and without their indexes.
set lock_timeout = '5s';

alter table drip.campaigns
    drop constraint if exists zoom_link_is_a_url,
    drop constraint if exists resource_link_is_a_url;

drop index concurrently if exists drip.campaigns_newest_idx;
drop index concurrently if exists drip.campaigns_client_newest_idx;

reset lock_timeout;
