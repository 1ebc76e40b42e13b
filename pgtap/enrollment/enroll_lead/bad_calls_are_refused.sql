-- What is no ordinary refusal raises, and makes nobody.
begin;
select plan(17);

-- given
select make_client('Beta');
select make_campaign('Theirs');
select make_client('Acme');
select make_campaign('Welcome', form_id => 'f');

-- then
select throws_ok(format('select drip.enroll_lead(%s, %s, %s, %s, %s)', c.client, c.campaign, c.lead, c.moment, c.form), c.code, null, c.what)
  from (values
       ('gen_random_uuid()', 'the_campaign()', '''{"phone": "+12025550101"}''', 'now()', 'null', 'DR001', 'an unknown client'),
       ('null', 'the_campaign()', '''{"phone": "+12025550101"}''', 'now()', 'null', 'DR001', 'no client'),
       ('the_client()', 'gen_random_uuid()', '''{"phone": "+12025550101"}''', 'now()', 'null', 'DR002', 'an unknown campaign'),
       ('the_client()', 'the_campaign(''Theirs'')', '''{"phone": "+12025550101"}''', 'now()', 'null', 'DR002', 'another client''s campaign'),
       ('the_client()', 'null', '''{"phone": "+12025550101"}''', 'now()', '''g''', 'DR002', 'an unknown form'),
       ('the_client()', 'null', '''{"phone": "+12025550101"}''', 'now()', 'null', 'DR012', 'neither campaign nor form'),
       ('the_client()', 'the_campaign()', '''{"phone": "+12025550101"}''', 'now()', '''f''', 'DR012', 'both'),
       ('the_client()', 'the_campaign()', '''{"phone": "+12025550101"}''', 'null', 'null', 'DR012', 'no moment'),
       ('the_client()', 'the_campaign()', '''{"phone": "+12025550101"}''', '''infinity''', 'null', 'DR012', 'no point in time'),
       ('the_client()', 'the_campaign()', 'null', 'now()', 'null', 'DR013', 'no lead'),
       ('the_client()', 'the_campaign()', '''[]''', 'now()', 'null', 'DR013', 'an array'),
       ('the_client()', 'the_campaign()', '''"+12025550101"''', 'now()', 'null', 'DR013', 'a string'),
       ('the_client()', 'the_campaign()', '''null''', 'now()', 'null', 'DR013', 'JSON''s null'),
       ('the_client()', 'the_campaign()', '''{}''', 'now()', 'null', 'DR013', 'neither phone nor e-mail')
       ) as c (client, campaign, lead, moment, form, code, what);
select throws_ok($$select drip.enroll_lead(the_client(), the_campaign(), '{"phone": "2025550101"}')$$, 'DR013',
                 'this is no lead: phone is no number in E.164 form, as +12025550142', 'the message says what is wrong');
select is((select count(*) from drip.leads as l where l.client_id = the_client()), 0::bigint, 'nobody was made');
select is(refusals(), '{}', 'an error is no refusal');

select * from finish();
rollback;
