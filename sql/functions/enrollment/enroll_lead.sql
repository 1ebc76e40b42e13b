create or replace function drip.enroll_lead(
    p_client_id   uuid,
    p_campaign_id uuid default null,
    p_lead        jsonb default null,
    p_now         timestamptz default now(),
    p_form_id     text default null,
    p_transfer    boolean default false
)
returns table (lead_id uuid, result text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $enroll_lead$
declare
    v_problem text;
begin
    select e.lead_id, e.result, e.problem into lead_id, result, v_problem
      from drip.enroll_leads(
           p_client_id, p_campaign_id, jsonb_build_array(p_lead), p_now, p_form_id, p_transfer) as e;
    if result = 'invalid' then
        raise exception using
            errcode = 'DR013',
            message = format('this is no lead: %s', v_problem),
            hint    = 'Give {"phone": "+12025550142", "email": "ada@example.com", "firstName": "Ada"}, at least phone or email.';
    end if;
    return next;
end
$enroll_lead$;

comment on function drip.enroll_lead(uuid, uuid, jsonb, timestamptz, text, boolean) is
'Makes or updates a person of this client and enrolls them in a campaign (by id, or by p_form_id). p_lead: {firstName, lastName, phone, email, timezone, currentMessagePosition, bookedAt, optedOut, enrolledAt}, camel or snake case, at least phone (E.164) or email. The person is the one with this phone, else with this e-mail; what is given replaces what is stored, but an e-mail of another person is left to them. p_transfer: take the lead out of another campaign as abandoned. p_now: the moment of enrollment. Returns the lead''s id and the result: enrolled, already_enrolled, already_completed (the history has this campaign, and its reenroll_outcomes and reenroll_after_days do not take the lead back), opted_out, campaign_inactive, or in_another_campaign; refusals are counted in drip.campaign_statistics. A lead that is due to leave its other campaign leaves it and is enrolled. Raises DR001 for an unknown client, DR002 for an unknown campaign or form, DR012 when both or neither is given or p_now is no point in time, DR013 when this is no lead.';
