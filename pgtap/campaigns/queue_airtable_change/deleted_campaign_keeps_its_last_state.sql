-- A deleted campaign is queued with what it was, marked as deleted.
begin;
select plan(3);

-- given
select make_client();
select make_campaign('Welcome');
delete from drip.airtable_outbox;

-- when
delete from drip.campaigns as c where c.id = the_campaign();

-- then
select is((select count(*) from drip.airtable_outbox as o where o.campaign_id = the_campaign()), 1::bigint, 'one row');
select is((select o.deleted_record - array['Messages', 'Created At', 'Updated At', 'Campaign ID', 'Client ID'] from drip.airtable_outbox as o),
          '{"Name": "Welcome", "Form ID": null, "Type": "standard", "Message Count": 3, "Paused": false, "Active": false,
            "Deactivated At": null, "Auto Discovered": false, "Webinar Date": null, "Zoom Link": null, "Resource Name": null,
            "Resource Link": null, "Re-enroll Outcomes": null, "Re-enroll After Days": null, "Deleted": true}'::jsonb,
          'with the last state');
select is((select a.record ->> 'Deleted' from drip.claim_airtable_changes() as a), 'true', 'which is what a claim gives');

select * from finish();
rollback;
