-- On every table with a client's rows; the owner's routines filter by their argument.
begin;
select plan(3);

select set_eq(
    $$select r.oid::regclass::text from pg_class as r
       where r.relnamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and r.relkind = 'r'
         and r.relrowsecurity and not r.relforcerowsecurity$$,
    $$values ('drip.clients'), ('drip.campaigns'), ('drip.leads'), ('drip.de_enrollment_runs'), ('drip.de_enrollment_errors'),
             ('drip_internal.campaign_stat_deltas'), ('drip_internal.api_keys'), ('drip.airtable_outbox')$$,
    'eight tables');
select is_empty(
    $$select r.oid::regclass from pg_class as r
        join pg_attribute as a on a.attrelid = r.oid and a.attname = 'client_id' and not a.attisdropped
       where r.relnamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and r.relkind = 'r'
         and not exists (select from pg_policy as p where p.polrelid = r.oid and p.polcmd = '*')$$,
    'no table with a client_id is without a policy');
select is_empty(
    $$select r.oid::regclass from pg_class as r
       where r.relnamespace in ('drip'::regnamespace, 'drip_internal'::regnamespace) and r.relkind = 'v'
         and not coalesce(r.reloptions::text[] @> array['security_invoker=true'], false)$$,
    'and every view reads with its reader''s rights');

select * from finish();
rollback;
