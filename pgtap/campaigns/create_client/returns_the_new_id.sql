-- The client is there, by the id that comes back, with the defaults.
begin;
select plan(3);

-- when
select remember('client', 'Acme', drip.create_client('  Acme  '));

-- then
select results_eq('select c.name, c.timezone, c.is_active from drip.clients as c where c.id = the_client()',
                  $$values ('Acme', 'UTC', true)$$, 'trimmed, in UTC, active');
select remember('client', 'New York', drip.create_client('Acme', 'America/New_York'));
select is((select c.timezone from drip.clients as c where c.id = the_client('New York')), 'America/New_York', 'the time zone is kept');
select isnt(the_client('New York'), the_client('Acme'), 'a name is no identity: a second call makes a second client');

select * from finish();
rollback;
