-- A lead past the last message (the sequence was shortened) has finished too; the entry keeps its true position.
begin;
select plan(5);

-- given
select make_client();
select make_campaign(steps => 5);
select make_lead(at_position => 4);
select make_run();
select is(process(array[the_lead()]), '{"skipped": 1}', 'with five messages it stays at 4');

-- when
update drip.campaigns as c set messages = make_messages(2) where c.id = the_campaign();
select is(process(array[the_lead()]), '{"processed": 1, "completed": 1}', 'with two it leaves');

-- then
select is((history() -> 0 ->> 'messagesReceived')::integer, 4, 'messagesReceived is its position, not the number of messages');
select is(counters(), '{"completed": 1}', 'counted as completed');

-- twice
select is(process(array[the_lead()]), '{"skipped": 1}', 'again: skipped');

select * from finish();
rollback;
