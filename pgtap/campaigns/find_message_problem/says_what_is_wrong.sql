-- The problem in words, with the number of the message.
begin;
select plan(11);

select is(drip_internal.find_message_problem(p.messages), p.problem, p.problem)
  from (values
       ('{}', 'messages is no array'),
       (make_messages(51), 'messages has 51 entries, 50 are allowed'),
       (make_messages(1) || '["Hi"]', 'message 2 is no object'),
       (jsonb_set(make_messages(3), '{1,subject}', '1'), 'message 2 has an unknown key, subject'),
       (jsonb_set(make_messages(3), '{2,step}', '4'), 'message 3 has step 4; steps are 1 to n in order'),
       (make_messages(1) #- '{0,step}', 'message 1 has step null; steps are 1 to n in order'),
       (jsonb_set(make_messages(1), '{0,delayMinutes}', '"60"'), 'message 1: delayMinutes is no number'),
       (jsonb_set(make_messages(1), '{0,delayMinutes}', '-1'), 'message 1: delayMinutes is no whole number from 0 to 525,600'),
       (jsonb_set(make_messages(1), '{0,text}', '""'), 'message 1: text is no string of 1 to 1,600 characters'),
       (jsonb_set(make_messages(1), '{0,type}', '"fax"'), 'message 1: type is neither sms nor email'))
       as p (messages, problem);
select is(drip_internal.find_message_problem(make_messages(3)), null, 'none for a sequence');

select * from finish();
rollback;
