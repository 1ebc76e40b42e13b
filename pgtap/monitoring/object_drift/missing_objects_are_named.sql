-- What is gone is named.
begin;
select plan(2);

-- given
select record_manifest();

-- when
drop trigger leads_count_updated on drip.leads;
alter table drip.leads drop constraint phone_is_e164;
drop index drip.leads_due_idx;
drop view drip.lead_journey;

-- then
select set_has(
    'select d.kind, d.identity, d.drift from drip.object_drift as d',
    $$values ('trigger', 'leads_count_updated on drip.leads', 'missing'), ('constraint', 'phone_is_e164 on drip.leads', 'missing'),
             ('index', 'drip.leads_due_idx', 'missing'), ('view', 'drip.lead_journey', 'missing')$$,
    'a trigger, a constraint, an index and a view');
select is_empty(
    $$select from drip.object_drift as d where d.identity !~ 'leads_count_updated|phone_is_e164|leads_due_idx|lead_journey'$$,
    'and nothing else');

select * from finish();
rollback;
