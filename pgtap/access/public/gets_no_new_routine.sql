-- A routine that the owner makes later is not everybody's either.
begin;
select plan(2);

-- given
create role somebody_else;
grant usage, create on schema drip to drip_owner;
set local role drip_owner;
create function drip.made_later() returns integer language sql as 'select 1';
set local role none;

-- then
select is(has_function_privilege('somebody_else', 'drip.made_later()', 'execute'), false, 'somebody else may not execute it');
select is(has_function_privilege('drip_owner', 'drip.made_later()', 'execute'), true, 'its owner may');

select * from finish();
rollback;
