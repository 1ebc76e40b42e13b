-- A form id is an identity: what sanitizing would alter is refused.
begin;
select plan(18);

-- given
select make_client();

-- then
select is(sqlstate_of(format('select drip.auto_create_campaign(the_client(), %L)', b.form_id)), 'DR016', b.what)
  from (values
       (null, 'null'), ('', 'empty'), ('   ', 'blank'), (' f', 'white space in front'), ('f ', 'white space behind'),
       ('a  b', 'two spaces'), (E'f\n', 'a line end'), (E'a\tb', 'a tab'), (E'a\u0001b', 'a control character'),
       (E'a\u202Eb', 'a bidirectional override'), (E'a\u200Bb', 'a zero-width space'), ('<b>f</b>', 'a tag'),
       ('a<!-- b', 'a comment'), (repeat('x', 256), '256 characters')) as b (form_id, what);
select is((select count(*) from drip.campaigns as c where c.client_id = the_client()), 0::bigint, 'nothing was made');
select is(sqlstate_of(format('select drip.auto_create_campaign(the_client(), %L)', repeat('é', 255))), null, '255 are allowed');
select is(sqlstate_of($$select drip.auto_create_campaign(the_client(), 'a < b & "c" 5 > 4')$$), null, 'so is what is no tag');
select throws_ok($$select drip.auto_create_campaign('00000000-0000-0000-0000-000000000042', 'f')$$, 'DR001',
                 'client 00000000-0000-0000-0000-000000000042 is not known', 'an unknown client is refused');

select * from finish();
rollback;
