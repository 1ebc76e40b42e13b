create or replace function drip_internal.enroll_batch(
    p_client_id       uuid,
    p_campaign_id     uuid,
    p_leads           drip_internal.staged_leads[],
    p_transfer        boolean,
    p_count_refusals  boolean,
    p_now             timestamptz
)
returns table (line bigint, lead_id uuid, result text, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp set jit = off
as $enroll_batch$
declare
    v_leads       drip_internal.staged_leads[];
    v_lines       bigint[];
    v_ids         uuid[];
    v_results     text[];
    v_dup_lines   bigint[] := '{}'::bigint[];
    v_first_lines bigint[] := '{}'::bigint[];
    v_late_lines  bigint[] := '{}'::bigint[];
begin
    return query
    select s.line, null::uuid, 'invalid', drip_internal.find_lead_problem(s)
      from unnest(p_leads) as s
     where drip_internal.find_lead_problem(s) is not null;
    v_leads := p_leads;
    if found then
        v_leads := array(select s from unnest(p_leads) as s where drip_internal.find_lead_problem(s) is null);
    end if;

    if cardinality(v_leads) > 1 then
        select coalesce(array_agg(d.line), '{}'), coalesce(array_agg(d.first_line), '{}')
          into v_dup_lines, v_first_lines
          from drip_internal.find_same_people(
               array(select s.line from unnest(v_leads) as s), array(select s.phone from unnest(v_leads) as s),
               array(select s.email from unnest(v_leads) as s)) as d;
    end if;
    if cardinality(v_dup_lines) > 0 then
        -- Somebody known who is not whom the earlier row names, as two in a household with one e-mail: a person of their
        -- own, whose opt-out must not become the other's.
        v_late_lines := array(
            select s.line
              from unnest(v_dup_lines, v_first_lines) as u (line, first_line)
              join unnest(v_leads) as s on s.line = u.line
              join unnest(v_leads) as f on f.line = u.first_line
             cross join lateral (
                   select drip_internal.find_person(p_client_id, s.phone, s.email) as id offset 0) as p
             where s.email is not null and p.id is not null
               and p.id is distinct from drip_internal.find_person(p_client_id, f.phone, f.email));
    end if;
    if cardinality(v_late_lines) > 0 then
        select coalesce(array_agg(d.line), '{}'), coalesce(array_agg(d.first_line), '{}')
          into v_dup_lines, v_first_lines
          from drip_internal.find_same_people(
               array(select s.line from unnest(v_leads) as s), array(select s.phone from unnest(v_leads) as s),
               array(select case when s.line <> all (v_late_lines) then s.email end from unnest(v_leads) as s)) as d;
    end if;

    select array_agg(e.line), array_agg(e.lead_id), array_agg(e.result)
      into v_lines, v_ids, v_results
      from drip_internal.enroll_people(
           p_client_id, p_campaign_id,
           array(select row(s.import_id, s.line, drip.sanitize_plain_text(s.first_name),
                            drip.sanitize_plain_text(s.last_name), s.phone, s.email, s.timezone,
                            s.current_message_position, coalesce(s.booked_at, d.booked_at),
                            s.opted_out or d.opted_out, s.enrolled_at, s.staged_at)::drip_internal.staged_leads
                   from unnest(v_leads) as s
                   -- What a later row of the same person says of opting out and booking must not be lost with it.
                   left join (select u.first_line, bool_or(k.opted_out) as opted_out, min(k.booked_at) as booked_at
                                from unnest(v_dup_lines, v_first_lines) as u (line, first_line)
                                join unnest(v_leads) as k on k.line = u.line
                               group by u.first_line) as d on d.first_line = s.line
                  where s.line <> all (v_dup_lines)),
           v_late_lines, p_transfer, p_now) as e;

    if p_count_refusals then
        insert into drip_internal.campaign_stat_deltas (client_id, campaign_id, counter, delta)
        select p_client_id, p_campaign_id, 'refused_' || r.result, count(*)
          from (select u.result from unnest(v_results) as u (result)
                 where u.result <> 'enrolled'
                 union all
                select case u.result when 'enrolled' then 'already_enrolled' else u.result end
                  from unnest(v_first_lines) as f (line)
                  join unnest(v_lines, v_results) as u (line, result) on u.line = f.line) as r
         group by r.result;
    end if;

    return query
    select u.line, u.lead_id, u.result, null::text from unnest(v_lines, v_ids, v_results) as u (line, lead_id, result);
    return query
    select d.line, u.lead_id, case u.result when 'enrolled' then 'already_enrolled' else u.result end, null::text
      from unnest(v_dup_lines, v_first_lines) as d (line, first_line)
      join unnest(v_lines, v_ids, v_results) as u (line, lead_id, result) on u.line = d.first_line;
end
$enroll_batch$;

comment on function drip_internal.enroll_batch(uuid, uuid, drip_internal.staged_leads[], boolean, boolean, timestamptz) is
'Enrolls leads in one campaign and returns one row each: enrolled, a refusal, or invalid with the problem. Of rows that name the same person (by phone, or by an e-mail without a phone that is known) the first counts; the others are already_enrolled then, but an opt-out or a booking in them is kept. Refusals go into the ledger unless p_count_refusals is false. Raises DR002 when the client has no such campaign.';
