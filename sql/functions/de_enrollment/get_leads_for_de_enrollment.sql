create or replace function drip.get_leads_for_de_enrollment(
    p_client_id         uuid,
    p_batch_size        integer default 1000,
    p_last_processed_id uuid default null,
    p_now               timestamptz default now()
)
returns table (
    id                       uuid,
    campaign_id              uuid,
    campaign_name            text,
    current_message_position integer,
    outcome                  text
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $get_leads_for_de_enrollment$
declare
    v_lead_ids   uuid[] := array[]::uuid[];
    v_candidates uuid[];
    v_after      uuid := p_last_processed_id;
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.require_batch_size(p_batch_size);
    perform drip_internal.require_client(p_client_id);

    -- Look first, lock then: a lock in the same query would visit every due lead for each batch.
    loop
        v_candidates := array(
            select d.id
              from drip_internal.due_leads as d
             where d.client_id = p_client_id
               and (v_after is null or d.id > v_after)
               and not exists (
                   select from drip.de_enrollment_errors as e
                    where e.client_id = d.client_id and e.lead_id = d.id
                      and e.resolved_at is null and e.retry_at > p_now)
             order by d.id
             limit p_batch_size);
        for id in
            select l.id
              from drip.leads as l
             where l.client_id = p_client_id and l.id = any (v_candidates)
             order by l.id
             limit p_batch_size - cardinality(v_lead_ids)
               for no key update skip locked
        loop
            v_lead_ids := v_lead_ids || id;
        end loop;
        -- Where others held some, the next ones make up for them.
        exit when cardinality(v_lead_ids) = p_batch_size or cardinality(v_candidates) < p_batch_size;
        v_after := v_candidates[p_batch_size];
    end loop;

    -- Decided anew under the lock: somebody may have moved the lead between the look and the lock.
    return query
    select x.id, x.campaign_id, x.campaign_name, l.current_message_position, x.outcome
      from drip_internal.lead_exits as x
      join drip.leads as l on l.id = x.id and l.client_id = x.client_id
     where x.client_id = p_client_id and x.id = any (v_lead_ids) and x.outcome is not null
     order by x.id;
end
$get_leads_for_de_enrollment$;

comment on function drip.get_leads_for_de_enrollment(uuid, integer, uuid, timestamptz) is
'The next leads of one client that are to leave their campaign, locked until the transaction ends, in id order after p_last_processed_id; leads that others hold are skipped, never waited for. For callers that drive their own loop: hand the ids to drip.process_de_enrollment_batch in the same transaction, and end with a pass from the start (p_last_processed_id null). p_batch_size: at most so many leads, 1 to 10,000. Raises DR001 for an unknown client, DR005 for a batch size out of range, DR012 when p_now is no point in time.';
