-- Where both are given, the sequence counts; an empty template is none.
begin;
select plan(5);

-- given
select make_client();
select make_campaign('both', messages => make_messages(2), message_template => 'Hi');
select make_campaign('empty template', steps => 0, message_template => '');
select make_campaign('empty sequence', steps => 0, message_template => 'Hi');

-- then
select is((select c.messages from drip.campaigns as c where c.id = the_campaign('both')), make_messages(2), 'the sequence wins');
select is((select c.messages from drip.campaigns as c where c.id = the_campaign('empty template')), '[]', 'an empty template makes nothing');
select is((select c.message_count from drip.campaigns as c where c.id = the_campaign('empty sequence')), 1, 'an empty sequence gives way');
update drip.campaigns as c set message_template = 'Hello', messages = make_messages(3) where c.id = the_campaign('both');
select is((select c.messages from drip.campaigns as c where c.id = the_campaign('both')), make_messages(3), 'in an update too');
select throws_ok($$select make_campaign('long', steps => 0, message_template => repeat('x', 1601))$$, 'DR007',
                 'messages are no sequence: message 1: text is no string of 1 to 1,600 characters', 'a template that is too long is refused');

select * from finish();
rollback;
