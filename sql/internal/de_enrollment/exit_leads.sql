create or replace function drip_internal.exit_leads(
    p_client_id uuid,
    p_lead_ids  uuid[],
    p_outcome   text default null,
    p_value     numeric default null,
    p_now       timestamptz default now()
)
returns table (outcome text, leads bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp set jit = off
as $exit_leads$
declare
    v_lead_ids uuid[];
    v_places   tid[];
begin
    -- Lock first, decide in the next statement: it sees what others committed while the lock was waited for.
    -- NO KEY: an insert elsewhere that refers to the lead need not make the sweep skip it.
    select array_agg(k.id), array_agg(k.place) into v_lead_ids, v_places
      from (select l.id, l.ctid as place
              from drip.leads as l
             where l.client_id = p_client_id and l.id = any (p_lead_ids) and l.is_active
               for no key update skip locked) as k;

    -- By their places, where the locks keep them: two index probes less for each lead.
    return query
    with verdicts as (
        -- The strongest outcome wins: a lead that opted out and is removed by hand opted out.
        select x.place, x.campaign_id, x.campaign_name,
               case when p_outcome is null then x.outcome else (
                   select o.outcome
                     from unnest(array['opted_out', 'booked', 'campaign_deleted', 'completed', 'abandoned'])
                          with ordinality as o (outcome, strength)
                    where o.outcome in (x.outcome, p_outcome)
                    order by o.strength limit 1)
               end as outcome
          from drip_internal.lead_exits as x
         where x.client_id = p_client_id and x.place = any (v_places)
           and (x.outcome is not null or p_outcome is not null)
    ), exited as (
        update drip.leads as l
           -- All in one update: a second one of the same row makes PostgreSQL check its campaign's key again, which
           -- can deadlock with that campaign's deletion.
           set is_active = false,
               opted_out = l.opted_out or p_outcome is not distinct from 'opted_out',
               booked_at = case when p_outcome = 'booked' then coalesce(l.booked_at, p_now) else l.booked_at end,
               completed_at = p_now,
               updated_at = p_now,
               campaign_history = l.campaign_history || (
                   jsonb_build_object(
                       'campaignId', v.campaign_id,
                       'campaignName', v.campaign_name,
                       'enrolledAt', to_char(l.enrolled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                       'completedAt', to_char(p_now at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                       'messagesReceived', l.current_message_position,
                       'outcome', v.outcome)
                   || case when p_value is not null then jsonb_build_object('value', p_value) else '{}' end)
          from verdicts as v
         where l.client_id = p_client_id and l.ctid = v.place
        returning v.outcome
    )
    select e.outcome, count(*) from exited as e group by e.outcome;

    update drip.de_enrollment_errors as e
       set resolved_at = p_now
     where e.client_id = p_client_id and e.lead_id = any (v_lead_ids) and e.resolved_at is null
       and not exists (select from drip.leads as l
                        where l.id = e.lead_id and l.client_id = e.client_id and l.is_active);
end
$exit_leads$;

comment on function drip_internal.exit_leads(uuid, uuid[], text, numeric, timestamptz) is
'Takes leads out of their campaign: inactive, completed_at, one history entry, counters by trigger, all or nothing. Returns how many left by outcome. Leads that are locked by others, inactive or of another client are passed over; with p_outcome null so are leads that are not due. With opted_out or booked the lead itself is marked too. p_value: a booking''s value, kept in the entry.';
