-- The routine in words, the trigger (DR007) and the CHECK in jsonpath (23514) judge every value alike.
begin;
select plan(7);

-- given
select make_client();
create temporary table judged (number integer generated always as identity, what text, is_good boolean, messages jsonb) on commit drop;
insert into judged (what, is_good, messages) values
    ('an empty array', true, '[]'),
    ('one message', true, make_messages(1)),
    ('three messages', true, make_messages(3)),
    ('50 messages', true, make_messages(50)),
    ('51 messages', false, make_messages(51)),
    ('an object', false, '{}'),
    ('a message without its array', false, make_messages(1) -> 0),
    ('a string', false, '"Hi"'),
    ('a number', false, '1'),
    ('JSON null', false, 'null'),
    ('a boolean', false, 'true'),
    ('an array of null', false, '[null]'),
    ('an array of a string', false, '["Hi"]'),
    ('an array of an empty object', false, '[{}]'),
    ('an array of an empty array', false, '[[]]'),
    ('an array in the array', false, jsonb_build_array(make_messages(1))),
    ('two arrays in the array', false, jsonb_build_array(make_messages(1), jsonb_build_array(make_messages(2) -> 1))),
    ('an array beside a message', false, make_messages(1) || jsonb_build_array(jsonb_build_array(make_messages(2) -> 1))),
    ('null beside a message', false, make_messages(1) || '[null]'),
    ('steps in the wrong order', false, jsonb_build_array(make_messages(2) -> 1, make_messages(2) -> 0)),
    ('steps that begin at 2', false, jsonb_build_array(make_messages(2) -> 1)),
    ('a step that is missing in between', false, make_messages(3) - 1),
    ('a step twice', false, make_messages(1) || make_messages(1)),
    ('a number beyond 50 messages'' steps', false, jsonb_set(make_messages(1), '{0,step}', '51'));
insert into judged (what, is_good, messages)
select v.what, v.is_good, jsonb_set(make_messages(2), v.path::text[], v.value::jsonb)
  from (values
       ('step 0', false, '{0,step}', '0'),
       ('a negative step', false, '{0,step}', '-1'),
       ('step 1.0, which is 1', true, '{0,step}', '1.0'),
       ('step 1.5', false, '{0,step}', '1.5'),
       ('step "1"', false, '{0,step}', '"1"'),
       ('step null', false, '{0,step}', 'null'),
       ('step true', false, '{0,step}', 'true'),
       ('step [1]', false, '{0,step}', '[1]'),
       ('step {}', false, '{1,step}', '{}'),
       ('delayMinutes 0', true, '{1,delayMinutes}', '0'),
       ('delayMinutes -0', true, '{1,delayMinutes}', '-0'),
       ('delayMinutes 525600', true, '{1,delayMinutes}', '525600'),
       ('delayMinutes 525600.0', true, '{1,delayMinutes}', '525600.0'),
       ('delayMinutes 525601', false, '{1,delayMinutes}', '525601'),
       ('delayMinutes 525600.5', false, '{1,delayMinutes}', '525600.5'),
       ('delayMinutes -1', false, '{1,delayMinutes}', '-1'),
       ('delayMinutes 0.5', false, '{1,delayMinutes}', '0.5'),
       ('delayMinutes 1e3, which is 1000', true, '{1,delayMinutes}', '1e3'),
       ('delayMinutes 1e300', false, '{1,delayMinutes}', '1e300'),
       ('delayMinutes "60"', false, '{1,delayMinutes}', '"60"'),
       ('delayMinutes null', false, '{1,delayMinutes}', 'null'),
       ('delayMinutes [60]', false, '{1,delayMinutes}', '[60]'),
       ('delayMinutes true', false, '{1,delayMinutes}', 'true'),
       ('an empty text', false, '{0,text}', '""'),
       ('a text of a blank', true, '{0,text}', '" "'),
       ('a text of a line break', true, '{0,text}', '"\n"'),
       ('a text of several lines', true, '{0,text}', '"Hi\n\n{{firstName}}\r\n"'),
       ('a text with quotes and backslashes', true, '{0,text}', '"\"\\d+\\\\ {1,2} $1 ^"'),
       ('a text of null', false, '{0,text}', 'null'),
       ('a text of a number', false, '{0,text}', '1'),
       ('a text in an array', false, '{0,text}', '["Hi"]'),
       ('a text in an object', false, '{0,text}', '{"en": "Hi"}'),
       ('type email', true, '{0,type}', '"email"'),
       ('type SMS', false, '{0,type}', '"SMS"'),
       ('type mms', false, '{0,type}', '"mms"'),
       ('an empty type', false, '{0,type}', '""'),
       ('type with a blank', false, '{0,type}', '"sms "'),
       ('type null', false, '{0,type}', 'null'),
       ('type 1', false, '{0,type}', '1'),
       ('type ["sms"]', false, '{0,type}', '["sms"]'),
       ('an unknown key', false, '{1,subject}', '"Hello"'),
       ('an unknown key of null', false, '{1,subject}', 'null'),
       ('an empty key', false, '{1,""}', '1'),
       ('a key in capitals', false, '{1,Text}', '"Hello"'))
       as v (what, is_good, path, value);
insert into judged (what, is_good, messages)
select 'without ' || k.key, false, jsonb_build_array(make_messages(1) -> 0 #- array[k.key])
  from (values ('step'), ('delayMinutes'), ('text'), ('type')) as k (key);
insert into judged (what, is_good, messages)
select 'the last one without ' || k.key, false, make_messages(3) #- array['2', k.key]
  from (values ('step'), ('delayMinutes'), ('text'), ('type')) as k (key);
insert into judged (what, is_good, messages) values
    ('a text of 1,600 characters', true, jsonb_set(make_messages(1), '{0,text}', to_jsonb(repeat('x', 1600)))),
    ('a text of 1,601 characters', false, jsonb_set(make_messages(1), '{0,text}', to_jsonb(repeat('x', 1601)))),
    ('a text of 1,600 characters of 4 bytes', true, jsonb_set(make_messages(1), '{0,text}', to_jsonb(repeat('😀', 1600)))),
    ('a text of 1,601 characters of 4 bytes', false, jsonb_set(make_messages(1), '{0,text}', to_jsonb(repeat('😀', 1601)))),
    ('1,600 line breaks', true, jsonb_set(make_messages(1), '{0,text}', to_jsonb(repeat(E'\n', 1600)))),
    ('1,601 line breaks', false, jsonb_set(make_messages(1), '{0,text}', to_jsonb(repeat(E'\n', 1601))));
-- 40 texts of 1,600 characters and one that fills up to 64 KiB exactly, or has one character more.
insert into judged (what, is_good, messages)
select f.what, f.is_good, jsonb_set(b.messages, '{40,text}',
           to_jsonb(repeat('x', 65536 - octet_length(b.messages::text) + octet_length(b.messages #>> '{40,text}') + f.more)))
  from (select jsonb_agg(case when m.step <= 40 then jsonb_set(m.message, '{text}', to_jsonb(repeat('x', 1540))) else m.message end
                         order by m.step) as messages
          from jsonb_array_elements(make_messages(41)) with ordinality as m (message, step)) as b
 cross join (values ('64 KiB', true, 0), ('64 KiB and a byte', false, 1)) as f (what, is_good, more);

-- then
select cmp_ok((select count(*)::integer from judged as j), '>=', 80, 'there are enough values');
select is((select octet_length(j.messages::text) from judged as j where j.what = '64 KiB'), 65536, '64 KiB it is');
select is_empty(
    $$select j.what, drip_internal.find_message_problem(j.messages) from judged as j
       where j.is_good <> (drip_internal.find_message_problem(j.messages) is null)$$,
    'the routine finds a problem in the bad ones and none in the good');
select is_empty(
    $$select j.what, t.state
        from judged as j
       cross join lateral sqlstate_of(format(
             'insert into drip.campaigns (client_id, name, messages) values (%L, ''Welcome'', %L)', the_client(), j.messages)) as t (state)
       where t.state is distinct from case when not j.is_good then 'DR007' end$$,
    'the trigger refuses the bad ones with DR007 and lets the good in');
alter table drip.campaigns disable trigger campaigns_prepare;
select is_empty(
    $$select j.what, t.state
        from judged as j
       cross join lateral sqlstate_of(format(
             'insert into drip.campaigns (client_id, name, messages) values (%L, ''Welcome'', %L)', the_client(), j.messages)) as t (state)
       where t.state is distinct from case when not j.is_good then '23514' end$$,
    'the constraint alone does the same');
select is(drip_internal.find_message_problem(null), 'messages is no array', 'SQL null is a problem too');
select is(sqlstate_of(format('insert into drip.campaigns (client_id, name, messages) values (%L, ''Welcome'', null)', the_client())),
          '23502', 'which the column refuses');

select * from finish();
rollback;
