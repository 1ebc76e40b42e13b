-- Nine checks in a fixed order, each with a status, a value, a unit and a meaning.
begin;
select plan(2);

-- given
select start_empty();

-- then
select results_eq(
    'select h.name, h.status, h.value, h.unit from drip.de_enrollment_health as h',
    $$values ('last_sweep', 'ok', null::numeric, 'minutes'), ('stuck_leads', 'ok', 0, 'leads'), ('due_leads', 'ok', 0, 'leads'),
             ('failing_leads', 'ok', 0, 'leads'), ('broken_runs', 'ok', 0, 'runs in 24 h'), ('partial_runs', 'ok', 0, 'runs in 24 h'),
             ('running_sweeps', 'ok', 0, 'runs'), ('de_enrolled', 'ok', 0, 'leads in 24 h'), ('unfolded_statistics', 'ok', 0, 'ledger rows')$$,
    'in an empty database all is ok');
select is_empty($$select from drip.de_enrollment_health as h where coalesce(h.meaning, '') = ''$$, 'each has a meaning');

select * from finish();
rollback;
