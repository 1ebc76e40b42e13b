create or replace function drip.enroll_leads(
    p_client_id   uuid,
    p_campaign_id uuid default null,
    p_leads       jsonb default null,
    p_now         timestamptz default now(),
    p_form_id     text default null,
    p_transfer    boolean default false
)
returns table (ordinal bigint, lead_id uuid, result text, problem text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $enroll_leads$
declare
    v_campaign_id uuid;
    v_leads       drip_internal.staged_leads[];
    v_ordinals    bigint[];
    v_problems    text[];
begin
    perform drip_internal.require_moment(p_now);
    v_campaign_id := drip_internal.find_campaign(p_client_id, p_campaign_id, p_form_id);
    if jsonb_typeof(p_leads) is distinct from 'array' then
        raise exception using
            errcode = 'DR013',
            message = 'leads is no array',
            hint    = 'Give [{"phone": "+12025550142", "firstName": "Ada"}, …]; for one lead there is drip.enroll_lead().';
    end if;

    select array_agg(p.lead) filter (where p.problem is null),
           array_agg((p.lead).line) filter (where p.problem is not null),
           array_agg(p.problem) filter (where p.problem is not null)
      into v_leads, v_ordinals, v_problems
      from drip_internal.parse_leads(p_leads) as p;

    return query
    select r.line, r.lead_id, r.result, r.problem
      from (select b.line, b.lead_id, b.result, b.problem
              from drip_internal.enroll_batch(
                   p_client_id, v_campaign_id, coalesce(v_leads, '{}'), coalesce(p_transfer, false), true, p_now) as b
             union all
            select u.line, null, 'invalid', u.problem from unnest(v_ordinals, v_problems) as u (line, problem)) as r
     order by r.line;
end
$enroll_leads$;

comment on function drip.enroll_leads(uuid, uuid, jsonb, timestamptz, text, boolean) is
'Enrolls an array of people in one campaign (by id, or by p_form_id) in one statement, and returns one row each, in order, ordinal counting from 1: result is what drip.enroll_lead() returns, or invalid, with the problem in words and no lead. p_leads: objects as drip.enroll_lead() takes; of those that name the same person the first counts. p_transfer: take leads out of another campaign as abandoned. p_now: the moment of enrollment. Raises DR001 for an unknown client, DR002 for an unknown campaign or form, DR012 when both or neither is given or p_now is no point in time, DR013 when p_leads is no array.';
