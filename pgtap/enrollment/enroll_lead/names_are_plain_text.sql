-- Names are stored as plain text; the keys may be in camel or in snake case.
begin;
select plan(4);

-- given
select make_client();
select make_campaign();

-- then
select enroll('{"phone": "+12025550101", "firstName": "  <b>Ada</b>\u202e ", "lastName": "Love\tlace"}');
select results_eq('select l.first_name, l.last_name from drip.leads as l', $$values ('Ada', 'Love lace')$$, 'markup and controls are gone');
select enroll('{"phone": "+12025550101", "first_name": "Augusta", "last_name": "<br>"}');
select results_eq('select l.first_name, l.last_name from drip.leads as l', $$values ('Augusta', 'Love lace')$$,
                  'snake case works; where nothing is left, what is stored stays');
select enroll(jsonb_build_object('phone', '+12025550101', 'firstName', repeat('x', 300)));
select is((select char_length(l.first_name) from drip.leads as l), 255, 'at most 255 characters');
select is(enroll('{"phone": " +12025550101 ", "email": "  ", "firstName": "", "bookedAt": "", "optedOut": "", "enrolledAt": "", "currentMessagePosition": "", "timezone": null}'),
          'already_enrolled', 'an empty text, and null, count as not given');

select * from finish();
rollback;
