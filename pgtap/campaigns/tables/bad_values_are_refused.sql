-- What the tables themselves do not let in, whoever writes.
begin;
select plan(20);

-- given
select make_client('Other');
select make_campaign('Theirs');
select make_client('Acme');
select make_campaign('Ours');

-- then
select is(sqlstate_of(s.statement), s.state, s.what)
  from (values
       ($$select make_lead(phone => '5550001111')$$, '23514', 'a phone without +'),
       ($$select make_lead(phone => '+05550001111')$$, '23514', 'a phone that begins with 0'),
       ($$select make_lead(phone => '+1 555 000 1111')$$, '23514', 'a phone with spaces'),
       ($$select make_lead(phone => '+1234567890123456')$$, '23514', 'a phone of 16 digits'),
       ($$select make_lead(phone => E'+15550001111\n')$$, '23514', 'a phone with a line break'),
       ($$select make_lead(phone => '+123456789012345')$$, null, 'but 15 digits are allowed'),
       ($$select make_lead(email => '')$$, '23514', 'an empty e-mail address'),
       ($$select make_lead(email => repeat('x', 321))$$, '23514', 'an address of 321 characters'),
       ($$select make_lead(at_position => -1)$$, '23514', 'a position below 0'),
       ($$select make_lead(campaign_history => '{}')$$, '23514', 'a history that is no array'),
       ($$select make_lead(campaign_history => null)$$, '23502', 'no history'),
       ($$select make_lead(campaign => the_campaign('Theirs'))$$, '23503', 'another client''s campaign'),
       ($$select make_campaign('')$$, '23514', 'a campaign without a name'),
       ($$select make_campaign(repeat('x', 256))$$, '23514', 'a campaign name of 256 characters'),
       ($$select make_campaign(form_id => '')$$, '23514', 'an empty form id'),
       ($$select make_campaign(form_id => repeat('x', 256))$$, '23514', 'a form id of 256 characters'),
       ($$select make_campaign(campaign_type => 'newsletter')$$, '23514', 'an unknown campaign type'),
       ($$select make_campaign(campaign_type => 'webinar')$$, null, 'but webinar is known'),
       ($$select make_campaign(client => gen_random_uuid())$$, '23503', 'a campaign of nobody'),
       ($$select make_client('')$$, '23514', 'a client without a name'))
       as s (statement, state, what);

select * from finish();
rollback;
