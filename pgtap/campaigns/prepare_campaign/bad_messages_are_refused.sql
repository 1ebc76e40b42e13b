-- Messages that are no sequence are refused in words, on insert and on update.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(steps => 2);

-- then
select throws_ok($$select make_campaign('Bad', messages => '[{}]')$$, 'DR007',
                 'messages are no sequence: message 1 has step null; steps are 1 to n in order', 'an insert');
select throws_ok($$update drip.campaigns as c set messages = c.messages - 0 where c.id = the_campaign()$$, 'DR007',
                 'messages are no sequence: message 1 has step 2; steps are 1 to n in order', 'an update');
select throws_ok($$update drip.campaigns as c set messages = null where c.id = the_campaign()$$, 'DR007',
                 'messages are no sequence: messages is no array', 'null');
select is((select c.messages from drip.campaigns as c where c.id = the_campaign()), make_messages(2), 'the messages are as they were');

select * from finish();
rollback;
