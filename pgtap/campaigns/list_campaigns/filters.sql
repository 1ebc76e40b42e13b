-- By active or retired, paused or not, auto-discovered or not, and all of these together.
begin;
select plan(8);

-- given
select start_empty();
select make_client();
select make_campaign('plain');
select make_campaign('paused', is_paused => true);
select make_campaign('retired', is_active => false);
select make_campaign('found', is_paused => true, auto_discovered => true);
create function pg_temp.names(active boolean default null, paused boolean default null, found boolean default null) returns text[] language sql as
$$select array(select l.campaign ->> 'name' from drip.list_campaigns(the_client(), null, 50, active, paused, found) as l order by 1)$$;

-- then
select is(pg_temp.names(), array['found', 'paused', 'plain', 'retired'], 'all');
select is(pg_temp.names(active => true), array['found', 'paused', 'plain'], 'active');
select is(pg_temp.names(active => false), array['retired'], 'retired');
select is(pg_temp.names(paused => true), array['found', 'paused'], 'paused');
select is(pg_temp.names(paused => false), array['plain', 'retired'], 'not paused');
select is(pg_temp.names(found => true), array['found'], 'auto-discovered');
select is(pg_temp.names(found => false), array['paused', 'plain', 'retired'], 'not auto-discovered');
select is(pg_temp.names(true, true, false), array['paused'], 'all at once');

select * from finish();
rollback;
