-- The lead with this phone, else the one with this e-mail, within the client.
begin;
select plan(6);

-- given
select make_client('Beta');
select make_lead('theirs', phone => '+12025550103', email => 'cyd@example.com', campaign => null, is_active => false);
select make_client('Acme');
select make_lead('Ann', phone => '+12025550101', email => 'ann@example.com', campaign => null, is_active => false);
select make_lead('Bob', phone => '+12025550102', campaign => null, is_active => false);

-- then
select is(drip_internal.find_person(the_client(), '+12025550102', 'ann@example.com'), the_lead('Bob'), 'the phone wins');
select is(drip_internal.find_person(the_client(), '+12025550109', 'ANN@example.com'), the_lead('Ann'), 'an unknown phone: the e-mail');
select is(drip_internal.find_person(the_client(), null, 'ann@example.com'), the_lead('Ann'), 'no phone: the e-mail');
select is(drip_internal.find_person(the_client(), '+12025550101', null), the_lead('Ann'), 'no e-mail: the phone');
select is(drip_internal.find_person(the_client(), '+12025550103', 'cyd@example.com'), null, 'another client''s');
select is(drip_internal.find_person(the_client(), null, null), null, 'nothing');

select * from finish();
rollback;
