create or replace function drip_internal.record_lead_error(
    p_client_id uuid,
    p_run_id    uuid,
    p_lead_id   uuid,
    p_sqlstate  text,
    p_message   text,
    p_now       timestamptz default now()
)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $record_lead_error$
begin
    insert into drip.de_enrollment_errors as e (client_id, run_id, lead_id, sqlstate, message, failed_at, retry_at)
    select l.client_id, p_run_id, l.id, p_sqlstate, p_message, p_now, p_now + interval '5 minutes'
      from drip.leads as l
     where l.id = p_lead_id and l.client_id = p_client_id
       for key share
    on conflict (client_id, lead_id) where resolved_at is null do update
       set run_id = excluded.run_id,
           sqlstate = excluded.sqlstate,
           message = excluded.message,
           attempts = e.attempts + 1,
           failed_at = excluded.failed_at,
           -- 5 minutes, 10, 20, … up to a day.
           retry_at = p_now + least(interval '1 day', interval '5 minutes' * 2 ^ least(e.attempts, 10));
    return found;
end
$record_lead_error$;

comment on function drip_internal.record_lead_error(uuid, uuid, uuid, text, text, timestamptz) is
'Records that a lead''s exit raised an error and when to try again: after 5 minutes, then twice as long each time, at most a day. Returns false when the lead is gone. Never the error''s DETAIL, which can hold phone numbers.';
