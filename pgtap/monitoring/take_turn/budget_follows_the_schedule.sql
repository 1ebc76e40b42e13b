-- A run may take four fifths of the shortest time between two runs.
begin;
select plan(6);

-- then
select is(drip_internal.take_turn('de-enroll'), interval '12 minutes', 'every 15 minutes: 12');
select is(drip_internal.take_turn('de-enroll'), interval '12 minutes', 'whose turn it is may take it again');
select drip.set_schedule('de-enroll', '* * * * *');
select is(drip_internal.take_turn('de-enroll'), interval '48 seconds', 'each minute: 48 seconds');
select drip_internal.end_turn('de-enroll');
select is(drip_internal.find_turn_holder('de-enroll'), null, 'the turn is given back, however often it was taken');
select lives_ok($$select drip_internal.end_turn('de-enroll')$$, 'giving back what one has not is nothing');
select throws_ok($$select drip_internal.take_turn('nope')$$, 'DR014', null, 'an unknown schedule has no turns');

select * from finish();
rollback;
