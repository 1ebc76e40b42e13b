-- Every key in camel and in snake case, read into the same columns.
begin;
select plan(3);

-- then
select results_eq(
    $$select p.lead, p.problem from drip_internal.parse_leads('[
          {"firstName": "Ada", "lastName": "Lovelace", "phone": "+12025550142", "email": "ada@example.com", "timezone": "UTC",
           "currentMessagePosition": 2, "bookedAt": "2026-01-01T00:00:00Z", "optedOut": true, "enrolledAt": "2025-01-01"}]') as p$$,
    $$select jsonb_populate_record(null::drip_internal.staged_leads, '{"line": 1, "first_name": "Ada", "last_name": "Lovelace", "phone": "+12025550142",
          "email": "ada@example.com", "timezone": "UTC", "current_message_position": 2, "booked_at": "2026-01-01T00:00:00Z", "opted_out": true,
          "enrolled_at": "2025-01-01T00:00:00Z"}'), null::text$$, 'camel case');
select results_eq(
    $$select p.lead from drip_internal.parse_leads('[
          {"first_name": "Ada", "last_name": "Lovelace", "phone": "+12025550142", "current_message_position": "002", "booked_at": "2026-01-01T00:00:00Z",
           "opted_out": "false", "enrolled_at": "2025-01-01"}]') as p$$,
    $$select p.lead from drip_internal.parse_leads('[
          {"firstName": "Ada", "lastName": "Lovelace", "phone": "+12025550142", "currentMessagePosition": 2, "bookedAt": "2026-01-01T00:00:00Z",
           "optedOut": false, "enrolledAt": "2025-01-01"}]') as p$$, 'snake case, and numbers and booleans as text');
select results_eq($$select (p.lead).line from drip_internal.parse_leads('[{}, 1, {}]') as p$$, 'values (1::bigint), (2), (3)', 'numbered from 1, in order');

select * from finish();
rollback;
