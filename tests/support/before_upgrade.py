"""Rows for a database at 0018: campaigns of the old model, and leads in every state that it knew."""

SETUP = """
    insert into drip.clients (id, name) values
        ('c0000000-0000-4000-8000-000000000001', 'Acme'), ('c0000000-0000-4000-8000-000000000002', 'Blue');
    insert into drip.campaigns (id, client_id, name, form_id, message_template, messages) values
        ('a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'Three', 'f1', null,
         '[{"step":1,"delayMinutes":0,"text":"a","type":"sms"},{"step":2,"delayMinutes":1,"text":"b","type":"sms"},
           {"step":3,"delayMinutes":2,"text":"c","type":"sms"}]'),
        ('a0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000001', 'Template', 'f2', 'Hi {{firstName}}', null),
        ('a0000000-0000-4000-8000-000000000003', 'c0000000-0000-4000-8000-000000000002', 'Empty', 'f1', null, '[]'),
        ('a0000000-0000-4000-8000-000000000004', 'c0000000-0000-4000-8000-000000000002', 'Both', 'f3', 'old text',
         '[{"step":1,"delayMinutes":0,"text":"new","type":"sms"},{"step":2,"delayMinutes":5,"text":"er","type":"email"}]');
    insert into drip.leads (client_id, campaign_link_id, phone, current_message_position, is_active, opted_out, booked_at,
                            created_at, updated_at)
    select c.client_id, c.id, '+1415555' || (1000 + row_number() over ()), p.position, a.is_active, o.opted_out,
           case when b.is_booked then timestamptz '2025-10-01 12:00+00' end,
           timestamptz '2025-09-01 08:00:00.123+00', timestamptz '2025-10-05 09:30:00.5+00'
      from drip.campaigns as c, (values (0), (1), (2), (3), (7)) as p (position),
           (values (true), (false)) as a (is_active), (values (true), (false)) as o (opted_out),
           (values (true), (false)) as b (is_booked);
    insert into drip.leads (client_id, phone, is_active) values
        ('c0000000-0000-4000-8000-000000000001', '+14155550001', true),
        ('c0000000-0000-4000-8000-000000000001', '+14155550002', false);
"""
