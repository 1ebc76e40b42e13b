create or replace view drip.lead_lifetime_value with (security_invoker = true) as
select l.client_id,
       l.id,
       l.first_name,
       l.last_name,
       count(e.entry)::integer as bookings,
       coalesce(sum(case when jsonb_typeof(e.entry -> 'value') = 'number' then (e.entry ->> 'value')::numeric end), 0)
           as value
  from drip.leads as l
  left join lateral jsonb_array_elements(l.campaign_history) as e (entry)
    on e.entry ->> 'outcome' = 'booked' or e.entry ? 'value'
 group by l.client_id, l.id;

comment on view drip.lead_lifetime_value is
'One row per lead: how often it booked, and what its bookings are worth together (where a value was recorded), in the client''s currency, from its history. A client''s total: sum(value) where client_id = …';
