-- What is not of the release is named, except a DBA's own index, and what lives in other schemas.
begin;
select plan(5);

-- given
select record_manifest();

-- then
create index dba_idx on drip.leads (last_name);
create table public.dba_table (id integer);
select is_empty('select * from drip.object_drift', 'an index, or a table elsewhere, does no harm');
create function drip.dba_function() returns integer language sql as 'select 1';
select set_has('select d.kind, d.identity, d.drift from drip.object_drift as d', $$values ('function', 'drip.dba_function()', 'unexpected')$$, 'a function');
create trigger dba_trigger before insert on drip.leads for each row execute function raise_poison();
select set_has('select d.kind, d.identity, d.drift from drip.object_drift as d',
               $$values ('trigger', 'dba_trigger on drip.leads', 'unexpected')$$, 'a trigger');
create policy dba_policy on drip.leads using (true);
select set_has('select d.kind, d.identity, d.drift from drip.object_drift as d',
               $$values ('policy', 'dba_policy on drip.leads', 'unexpected')$$, 'a policy');
grant select on drip.leads to public;
select set_has('select d.kind, d.identity, d.drift from drip.object_drift as d',
               $$values ('grant', 'on table drip.leads to public', 'unexpected')$$, 'a grant to everybody');

select * from finish();
rollback;
