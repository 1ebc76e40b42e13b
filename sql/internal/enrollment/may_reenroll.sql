create or replace function drip_internal.may_reenroll(
    p_history     jsonb,
    p_campaign_id uuid,
    p_outcomes    text[],
    p_after_days  integer,
    p_now         timestamptz
)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $may_reenroll$
declare
    v_outcome text;
    v_left_at timestamptz;
begin
    select e.entry ->> 'outcome', drip_internal.parse_moment(e.entry ->> 'completedAt')
      into v_outcome, v_left_at
      from jsonb_array_elements(p_history) with ordinality as e (entry, stay)
     where e.entry ->> 'campaignId' = p_campaign_id::text
     order by e.stay desc limit 1;
    if not found then
        return true;
    elsif p_outcomes is null and p_after_days is null then
        return false;
    end if;
    return coalesce(
        (p_outcomes is null or v_outcome = any (p_outcomes))
        and (p_after_days is null or v_left_at + make_interval(hours => 24 * p_after_days) <= p_now), false);
end
$may_reenroll$;

comment on function drip_internal.may_reenroll(jsonb, uuid, text[], integer, timestamptz) is
'Whether a lead with this history may enter the campaign at p_now: it never was in it, or its last stay there ended with an outcome, and so many days ago, as the campaign''s reenroll_outcomes and reenroll_after_days ask.';
