-- Who may read no table gets the view's rows all the same.
begin;
select plan(2);

select results_eq(
    'select h.name, h.status, h.unit, h.meaning from drip.get_de_enrollment_health() as h',
    'select h.name, h.status, h.unit, h.meaning from drip.de_enrollment_health as h', 'the same rows in the same order');
select is(as_role('drip_api', 'select count(*) > 5 from drip.get_de_enrollment_health()'), 'true', 'drip_api may ask');

select * from finish();
rollback;
