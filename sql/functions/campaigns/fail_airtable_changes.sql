create or replace function drip.fail_airtable_changes(
    p_claim_id    uuid,
    p_error       text,
    p_http_status integer default null,
    p_now         timestamptz default now()
)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $fail_airtable_changes$
declare
    v_is_refused boolean := coalesce(p_http_status in (400, 413, 422), false);
    v_change_ids bigint[];
    v_failed     bigint;
begin
    perform drip_internal.require_moment(p_now);
    v_change_ids := array(
        select o.id from drip.airtable_outbox as o where o.claim_id = p_claim_id order by o.id for update);

    update drip.airtable_outbox as o
       set claim_id = null,
           claimed_until = null,
           last_error = coalesce(left(p_error, 1000), o.last_error),
           attempts = o.attempts + case when v_is_refused then 1 else 0 end,
           retry_at = case
               -- 1 minute, 2, 4, … up to an hour. Of several, nobody knows yet whose fault it was.
               when v_is_refused and cardinality(v_change_ids) = 1
               then p_now + least(interval '1 hour', interval '1 minute' * 2 ^ least(o.attempts, 10))
           end
     where o.id = any (v_change_ids);
    get diagnostics v_failed = row_count;
    return v_failed;
end
$fail_airtable_changes$;

comment on function drip.fail_airtable_changes(uuid, text, integer, timestamptz) is
'What is left of this claim did not reach Airtable: it goes back into the outbox with the error''s text (of which 1,000 characters are kept; null keeps the one before). p_http_status 400, 413 or 422: Airtable refused the records, which counts as an attempt; a batch comes back record by record at once, a record that was alone after 1 minute, then twice as long each time, at most an hour, or as soon as it changes. Any other status, or null: Airtable was not to be had, and all can be claimed again at once. Returns how many campaigns went back; 0 when the claim is unknown or somebody else''s by now. Raises DR012 when p_now is no point in time.';
