-- A writer of the old model, who sets message_template only, gets a sequence of one SMS.
begin;
select plan(4);

-- given
select make_client();

-- when
insert into drip.campaigns (client_id, name, message_template) values (the_client(), 'Old', 'Hi {{firstName}}');
select remember('campaign', 'Old', c.id) from drip.campaigns as c where c.client_id = the_client();

-- then
select is((select c.messages from drip.campaigns as c where c.id = the_campaign()),
          '[{"step": 1, "delayMinutes": 0, "text": "Hi {{firstName}}", "type": "sms"}]', 'one SMS, at once');
select is((select c.message_count from drip.campaigns as c where c.id = the_campaign()), 1, 'one message is counted');

-- and when it changes
update drip.campaigns as c set message_template = 'Hello' where c.id = the_campaign();
select is((select c.messages #>> '{0,text}' from drip.campaigns as c where c.id = the_campaign()), 'Hello', 'a new template is a new message');
update drip.campaigns as c set messages = make_messages(3) where c.id = the_campaign();
update drip.campaigns as c set message_template = 'Hello', name = 'Renamed' where c.id = the_campaign();
select is((select c.messages from drip.campaigns as c where c.id = the_campaign()), make_messages(3),
          'the same template again does not undo a sequence');

select * from finish();
rollback;
