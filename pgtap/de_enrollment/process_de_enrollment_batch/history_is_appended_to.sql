-- Earlier entries stay byte for byte, whatever they hold; the new one comes last.
begin;
select plan(7);

-- given
select make_client();
select make_campaign('Earlier');
select make_campaign('Now', steps => 1);
select make_lead(at_position => 1, campaign_history => jsonb_build_array(
    make_entry(the_campaign('Earlier'), 'abandoned', 'Earlier'),
    make_entry(the_campaign('Now'), 'booked', 'Now', messages_received => 0) || '{"value": 12.50}',
    '{"importedFrom": "the system before", "campaignId": null}'));
create temporary table before on commit drop as select history() as entries;
select make_run();

-- when
select is(process(array[the_lead()]), '{"processed": 1, "completed": 1}', 'the lead leaves');

-- then
select is(jsonb_array_length(history()), 4, 'one entry more');
select is((history() - 3)::text, (select b.entries::text from before as b), 'the first three are as they were');
select is(history() -> 3 ->> 'campaignName', 'Now', 'the fourth is the campaign that it left');
select is(history() -> 3 ->> 'outcome', 'completed', 'with its outcome');
select is(counters(the_campaign('Now')), '{"completed": 1, "booked": 1}', 'its campaign counts both stays');
select is(counters(the_campaign('Earlier')), '{"abandoned": 1}', 'the earlier campaign counts what it counted');

select * from finish();
rollback;
