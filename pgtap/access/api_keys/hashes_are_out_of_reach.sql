-- Neither drip_readonly nor drip_api nor drip_cron reads the table; the counts of refusals anybody may read who reads views.
begin;
select plan(9);

-- given
select make_client();
select drip.create_api_key(the_client());
select drip.record_api_event('invalid_key');

-- then
select is(as_role(r.role, 'select count(*) from drip_internal.api_keys'), '42501', r.role || ' does not read the keys')
  from (values ('drip_readonly'), ('drip_api'), ('drip_cron')) as r (role);
select is(as_role('drip_readonly', 'select count(*) from drip.list_api_keys()'), '42501', 'nor does drip_readonly list them');
select is(as_role('drip_cron', 'select count(*) from drip.list_api_keys()'), '42501', 'nor drip_cron');
select is(as_role('drip_api', 'select count(*) from drip.list_api_keys(the_client())'), '1', 'drip_api does');
select is(as_role('drip_readonly', 'select count(*) > 0 from drip.api_events'), 'true', 'drip_readonly reads the counts');
select is(as_role('drip_api', 'select count(*) from drip.api_events'), '42501', 'drip_api only writes them, by its routine');
select is(as_role('drip_api', 'select drip.record_api_event(''invalid_key'')'), '', 'which it may call');

select * from finish();
rollback;
