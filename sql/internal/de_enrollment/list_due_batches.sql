create or replace function drip_internal.list_due_batches(
    p_run_id         uuid,
    p_batch_size     integer,
    p_now            timestamptz default now(),
    p_include_paused boolean default false
)
returns table (lead_ids uuid[])
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $list_due_batches$
declare
    v_client_id uuid;
    v_found     integer := 0;
    v_message   text;
begin
    perform drip_internal.attend_run(p_run_id);
    select r.client_id into v_client_id from drip.de_enrollment_runs as r where r.id = p_run_id;

    begin
        -- One look by index for the whole run, spilled to disk where it is long: a look per batch would wade through the
        -- index entries of the leads that just left (100,000 leads: 8.3 s instead of 1.6 s).
        for lead_ids in
            select array_agg(s.id order by s.id)
              from (select d.id, (row_number() over (order by d.id) - 1) / p_batch_size as batch
                      from drip_internal.due_leads as d
                     where d.client_id = v_client_id
                       and (p_include_paused or not exists (
                            select from drip.de_enrollment_errors as e
                             where e.client_id = d.client_id and e.lead_id = d.id
                               and e.resolved_at is null and e.retry_at > p_now))) as s
             group by s.batch
             order by s.batch
        loop
            v_found := v_found + cardinality(lead_ids);
            return next;
        end loop;
        update drip.de_enrollment_runs as r
           set leads_found = v_found
         where r.id = p_run_id and r.batches = 0;
    exception when assert_failure or others then
        -- A client that cannot be searched fails its own run, not the fleet's.
        get stacked diagnostics v_message = message_text;
        perform drip_internal.note_run_error(p_run_id, sqlstate, v_message);
    end;
    perform drip_internal.bridge_run(p_run_id);
end
$list_due_batches$;

comment on function drip_internal.list_due_batches(uuid, integer, timestamptz, boolean) is
'The leads of a run''s client that are due, in id order, in arrays of p_batch_size; without those that failed and pause, unless p_include_paused. An error is noted in the run and ends the list. Security definer: the committing procedures run with their caller''s rights.';
