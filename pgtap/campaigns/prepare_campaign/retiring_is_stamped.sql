-- Retiring sets deactivated_at, once; a moment that the writer gives is kept.
begin;
select plan(5);

-- given
select make_client();
select make_campaign('Spring');
select make_campaign('Autumn');

-- when
update drip.campaigns as c set is_active = false where c.id = the_campaign('Spring');
update drip.campaigns as c set is_active = false, deactivated_at = '2026-01-01 00:00+00' where c.id = the_campaign('Autumn');
select make_campaign('Born retired', is_active => false);

-- then
select is((select c.deactivated_at from drip.campaigns as c where c.id = the_campaign('Spring')), now(), 'stamped with now');
select is((select c.deactivated_at from drip.campaigns as c where c.id = the_campaign('Autumn')), '2026-01-01 00:00+00'::timestamptz, 'or with what is given');
select is((select c.deactivated_at from drip.campaigns as c where c.id = the_campaign('Born retired')), now(), 'an insert is stamped too');

-- twice
update drip.campaigns as c set is_active = false where c.id = the_campaign('Autumn');
select is((select c.deactivated_at from drip.campaigns as c where c.id = the_campaign('Autumn')), '2026-01-01 00:00+00'::timestamptz, 'again: it does not move');
update drip.campaigns as c set deactivated_at = null where c.id = the_campaign('Autumn');
select isnt((select c.deactivated_at from drip.campaigns as c where c.id = the_campaign('Autumn')), null, 'nor can it be taken away');

select * from finish();
rollback;
