-- Whatever is tampered with is named, and nothing else.
begin;
select plan(9);

-- given
select record_manifest();

-- then
create or replace function drip_internal.is_past(p_deadline timestamptz) returns boolean language plpgsql volatile
set search_path = pg_catalog, pg_temp as $is_past$begin return false; end$is_past$;
select set_eq('select d.kind, d.identity, d.drift from drip.object_drift as d',
              $$values ('function', 'drip_internal.is_past(p_deadline timestamp with time zone)', 'changed')$$, 'a routine''s body');
select record_manifest();

create or replace view drip.lead_journey with (security_invoker = true) as
select j.* from (select l.id, l.client_id, l.first_name, l.last_name, 1 as stay, null::text as campaign_id, null::text as campaign_name,
                        l.enrolled_at, l.completed_at, 0 as messages_received, null::text as outcome, null::numeric as value
                   from drip.leads as l) as j;
select set_eq('select d.kind, d.identity, d.drift from drip.object_drift as d', $$values ('view', 'drip.lead_journey', 'changed')$$, 'a view');
select record_manifest();

alter view drip.stuck_leads reset (security_invoker);
select set_eq('select d.kind, d.identity, d.drift from drip.object_drift as d', $$values ('view', 'drip.stuck_leads', 'changed')$$,
              'a view''s security_invoker');
select record_manifest();

alter table drip.leads disable trigger leads_count_updated;
select set_eq('select d.kind, d.identity, d.drift from drip.object_drift as d',
              $$values ('trigger', 'leads_count_updated on drip.leads', 'changed')$$, 'a trigger that is switched off');
select record_manifest();

alter table drip.leads alter column timezone set default 'UTC';
select set_eq('select d.kind, d.identity, d.drift from drip.object_drift as d', $$values ('table', 'drip.leads', 'changed')$$, 'a column''s default');
select record_manifest();

alter table drip.leads disable row level security;
select set_eq('select d.kind, d.identity, d.drift from drip.object_drift as d', $$values ('row security', 'drip.leads', 'changed')$$, 'row level security');
select record_manifest();

alter policy rows_of_the_client on drip.leads using (true);
select set_eq('select d.kind, d.identity, d.drift from drip.object_drift as d',
              $$values ('policy', 'rows_of_the_client on drip.leads', 'changed')$$, 'a policy');
select record_manifest();

grant update on drip.leads to drip_readonly;
select set_eq('select d.kind, d.identity, d.drift from drip.object_drift as d',
              $$values ('grant', 'on table drip.leads to drip_readonly', 'changed')$$, 'a grant');
select record_manifest();

alter table drip.leads owner to current_user;
select isnt_empty($$select from drip.object_drift as d where d.kind = 'owner' and d.identity = 'table drip.leads' and d.drift = 'changed'$$,
                  'an owner');

select * from finish();
rollback;
