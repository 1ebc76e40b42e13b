-- The record of a campaign that has everything.
begin;
select plan(1);

-- given
select make_client();
insert into drip.campaigns (id, client_id, name, form_id, campaign_type, messages, is_paused, auto_discovered, webinar_datetime, zoom_link,
                            resource_name, resource_link, reenroll_outcomes, reenroll_after_days, created_at, updated_at)
values ('00000000-0000-0000-0000-00000000000a', the_client(), 'Webinar', 'kajabi_1', 'webinar',
        '[{"step": 1, "delayMinutes": 0, "text": "Hi", "type": "sms"}]', true, true, '2099-05-04 12:00:00.25+02', 'https://zoom.us/j/1',
        'Guide', 'https://example.com/guide', array['completed', 'booked'], 30, '2026-01-01 00:00+00', '2026-01-02 00:00+00');

-- then
select is(
    (select drip_internal.describe_airtable_record(c) from drip.campaigns as c where c.client_id = the_client()),
    jsonb_build_object('Client ID', the_client()) || '{
        "Campaign ID": "00000000-0000-0000-0000-00000000000a", "Name": "Webinar", "Form ID": "kajabi_1", "Type": "webinar",
        "Messages": "[{\"step\": 1, \"text\": \"Hi\", \"type\": \"sms\", \"delayMinutes\": 0}]", "Message Count": 1,
        "Paused": true, "Active": true, "Deactivated At": null, "Auto Discovered": true, "Webinar Date": "2099-05-04T10:00:00.250Z",
        "Zoom Link": "https://zoom.us/j/1", "Resource Name": "Guide", "Resource Link": "https://example.com/guide",
        "Re-enroll Outcomes": "completed, booked", "Re-enroll After Days": 30, "Created At": "2026-01-01T00:00:00.000Z",
        "Updated At": "2026-01-02T00:00:00.000Z", "Deleted": false}'::jsonb,
    'every field, times in UTC');

select * from finish();
rollback;
