-- A lead at its last message leaves: inactive, dated, one history entry, one more completed.
begin;
select plan(13);

-- given
select make_client();
select make_campaign('Lead magnet', steps => 3);
select make_lead(at_position => 3, enrolled_at => '2026-01-05 08:30:00.25+00');
select make_run();

-- when
select is(process(array[the_lead()], at => '2026-01-09 17:00:00.5+00'), '{"processed": 1, "completed": 1}',
          'one lead was processed, as completed');

-- then
select is(is_in_campaign(), false, 'the lead is inactive');
select is((select l.completed_at from drip.leads as l where l.id = the_lead()), '2026-01-09 17:00:00.5+00'::timestamptz,
          'completed_at is the moment of exit');
select is((select l.updated_at from drip.leads as l where l.id = the_lead()), '2026-01-09 17:00:00.5+00'::timestamptz,
          'so is updated_at');
select is((select l.campaign_link_id from drip.leads as l where l.id = the_lead()), the_campaign(),
          'the link to its last campaign stays');
select is((select l.current_message_position from drip.leads as l where l.id = the_lead()), 3, 'the position stays');
select is(history(), jsonb_build_array(jsonb_build_object(
              'campaignId', the_campaign(),
              'campaignName', 'Lead magnet',
              'enrolledAt', '2026-01-05T08:30:00.250Z',
              'completedAt', '2026-01-09T17:00:00.500Z',
              'messagesReceived', 3,
              'outcome', 'completed')),
          'the history has one entry with exactly the six keys');
select is(counters(), '{"completed": 1}', 'the campaign has nobody active and one completed');
select is(run_counts(), '{"processed": 1, "completed": 1, "batches": 1}',
          'the run counted it');

-- twice
select is(process(array[the_lead()]), '{"skipped": 1}', 'again: skipped');
select is(jsonb_array_length(history()), 1, 'still one entry');
select is((select l.completed_at from drip.leads as l where l.id = the_lead()), '2026-01-09 17:00:00.5+00'::timestamptz,
          'completed_at has not moved');
select is(counters(), '{"completed": 1}', 'counted once');

select * from finish();
rollback;
