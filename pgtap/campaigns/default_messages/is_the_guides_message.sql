-- One SMS, at once, as the guide words it; it is a sequence.
begin;
select plan(2);

select is(drip.default_messages(),
          $$[{"step": 1, "delayMinutes": 0, "text": "Hi {{firstName}}, thank you for your interest! We'll be in touch soon.", "type": "sms"}]$$::jsonb,
          'the guide''s text');
select is(drip_internal.find_message_problem(drip.default_messages()), null, 'a sequence');

select * from finish();
rollback;
