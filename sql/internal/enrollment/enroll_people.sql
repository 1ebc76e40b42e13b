create or replace function drip_internal.enroll_people(
    p_client_id   uuid,
    p_campaign_id uuid,
    p_leads       drip_internal.staged_leads[],
    p_late_lines  bigint[],
    p_transfer    boolean,
    p_now         timestamptz
)
returns table (line bigint, lead_id uuid, result text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp set jit = off set enable_seqscan = off
as $enroll_people$
declare
    v_campaign    drip.campaigns;
    v_left        drip_internal.staged_leads[];
    v_now         drip_internal.staged_leads[];
    v_lead_ids    uuid[];
    v_are_new     boolean[];
    v_leaving     uuid[];
    v_lines       bigint[];
    v_ids         uuid[];
    v_results     text[];
    v_all_lines   bigint[];
    v_all_ids     uuid[];
    v_all_results text[];
    v_tries       integer := 0;
    v_idle_rounds integer;
    v_is_alone    boolean := false;
begin
    loop
        v_tries := v_tries + 1;
        v_left := p_leads;
        v_all_lines := '{}'::bigint[];
        v_all_ids := '{}'::uuid[];
        v_all_results := '{}'::text[];
        v_idle_rounds := 0;
        begin
            -- Whoever was in a deadlock goes on when the client's other calls are done: at once, it would insert the same
            -- people and meet the same call again, row after row.
            if v_is_alone then
                perform pg_advisory_xact_lock(20040, hashtext(p_client_id::text));
            else
                perform pg_advisory_xact_lock_shared(20040, hashtext(p_client_id::text));
            end if;

            -- Its key, so that a deletion waits until these leads can be seen, and before any lead, as a deletion does.
            select c.* into v_campaign
              from drip.campaigns as c
             where c.id = p_campaign_id and c.client_id = p_client_id
               for key share;
            if not found then
                raise exception using
                    errcode = 'DR002',
                    message = format('client %s has no campaign %s', p_client_id, coalesce(p_campaign_id::text, 'null')),
                    hint    = 'Look it up in drip.campaigns.';
            end if;

            -- Another round for those whose person somebody else made at the same moment.
            while cardinality(v_left) > 0 loop
                v_now := v_left;
                if cardinality(p_late_lines) > 0 then
                    v_now := array(select s from unnest(v_left) as s where s.line <> all (p_late_lines));
                    if cardinality(v_now) = 0 then
                        v_now := array(select s from unnest(v_left) as s order by s.line limit 1);
                    end if;
                end if;

                -- Who is who: the phone before the e-mail. OFFSET 0 keeps these index probes; no sequential scans, since a
                -- plan made while the table was small is kept while an import fills it.
                -- Sorted the same way in every session, so that two of them wait for each other in one order only.
                select array_agg(w.lead), array_agg(coalesce(w.id, gen_random_uuid())), array_agg(w.id is null)
                  into v_now, v_lead_ids, v_are_new
                  from (select s as lead, coalesce(p.id, e.id) as id
                          from unnest(v_now) as s
                          left join lateral (
                               select l.id from drip.leads as l
                                where l.client_id = p_client_id and l.phone = s.phone
                               offset 0) as p on true
                          left join lateral (
                               select l.id from drip.leads as l
                                where p.id is null and l.client_id = p_client_id and lower(l.email) = lower(s.email)
                               offset 0) as e on true
                         order by s.phone, lower(s.email)) as w;

                if false = any (v_are_new) then
                    -- Lock first, decide in later statements, which see what others committed while the locks were waited for.
                    -- A probe of the primary key for each: for a list, a plan of an empty table takes any index of the client.
                    perform
                       from (select u.id from unnest(v_lead_ids) as u (id) order by u.id) as w
                      cross join lateral (
                            select l.id from drip.leads as l
                             where l.id = w.id and l.client_id = p_client_id
                               for no key update) as k;

                    if v_campaign.is_active then
                        -- Out of another campaign: those who are due to leave it anyway, and with p_transfer everybody.
                        v_leaving := array(
                            select l.id
                              from unnest(v_lead_ids) as u (id)
                             cross join lateral (
                                   select k.* from drip.leads as k
                                    where k.id = u.id and k.client_id = p_client_id
                                   offset 0) as l
                             where l.is_active and not l.opted_out and l.campaign_link_id <> p_campaign_id
                               and (l.campaign_history = '[]' or drip_internal.may_reenroll(
                                       l.campaign_history, p_campaign_id, v_campaign.reenroll_outcomes,
                                       v_campaign.reenroll_after_days, p_now)));
                        if cardinality(v_leaving) > 0 then
                            perform drip_internal.exit_leads(
                                p_client_id, v_leaving, case when p_transfer then 'abandoned' end, null, p_now);
                        end if;
                    end if;
                end if;

                with people as (
                    select s.*, w.lead_id, w.is_new
                      from unnest(v_now) with ordinality as s (
                           import_id, line, first_name, last_name, phone, email, timezone, current_message_position,
                           booked_at, opted_out, enrolled_at, staged_at, place)
                      join unnest(v_lead_ids, v_are_new) with ordinality as w (lead_id, is_new, place) on w.place = s.place
                ), inserted as (
                    insert into drip.leads (
                           id, client_id, campaign_link_id, first_name, last_name, phone, email, timezone,
                           current_message_position, is_active, opted_out, booked_at, enrolled_at, created_at, updated_at)
                    select n.lead_id, p_client_id, case when v_campaign.is_active then p_campaign_id end, n.first_name,
                           n.last_name, n.phone, n.email, n.timezone, coalesce(n.current_message_position, 0),
                           v_campaign.is_active, coalesce(n.opted_out, false), n.booked_at,
                           coalesce(n.enrolled_at, p_now), p_now, p_now
                      from people as n
                     where n.is_new
                     order by n.place
                    on conflict do nothing
                    returning id
                ), verdicts as (
                    select l as lead, s, s.line, l.id, row_number() over (partition by l.id order by s.line) as turn,
                           case
                               when l.opted_out then 'opted_out'
                               when not v_campaign.is_active then 'campaign_inactive'
                               when l.is_active and l.campaign_link_id = p_campaign_id then 'already_enrolled'
                               when l.campaign_history <> '[]' and not drip_internal.may_reenroll(
                                        l.campaign_history, p_campaign_id, v_campaign.reenroll_outcomes,
                                        v_campaign.reenroll_after_days, p_now) then 'already_completed'
                               when l.is_active and l.campaign_link_id is not null then 'in_another_campaign'
                               else 'enrolled'
                           end as result
                      from people as s
                     cross join lateral (
                           select k.* from drip.leads as k
                            where k.client_id = p_client_id and k.id = s.lead_id
                           offset 0) as l
                     where not s.is_new
                ), wanted as (
                    select v.id, v.result,
                           coalesce((v.s).first_name, (v.lead).first_name) as first_name,
                           coalesce((v.s).last_name, (v.lead).last_name) as last_name,
                           coalesce((v.s).phone, (v.lead).phone) as phone,
                           case
                               -- Another person's: the phone has said who this is.
                               when lower((v.s).email) <> lower((v.lead).email) and exists (
                                    select from drip.leads as o
                                     where o.client_id = p_client_id and lower(o.email) = lower((v.s).email))
                                   then (v.lead).email
                               when (v.lead).email is null and exists (
                                    select from drip.leads as o
                                     where o.client_id = p_client_id and lower(o.email) = lower((v.s).email))
                                   then null
                               else coalesce((v.s).email, (v.lead).email)
                           end as email,
                           coalesce((v.s).timezone, (v.lead).timezone) as timezone,
                           (v.lead).opted_out or coalesce((v.s).opted_out, false) as opted_out,
                           case v.result
                               when 'enrolled' then (v.s).booked_at
                               when 'already_enrolled' then coalesce((v.lead).booked_at, (v.s).booked_at)
                               else (v.lead).booked_at
                           end as booked_at,
                           coalesce((v.s).current_message_position, 0) as current_message_position,
                           coalesce((v.s).enrolled_at, p_now) as enrolled_at
                      from verdicts as v
                     where v.turn = 1
                ), updated as (
                    update drip.leads as l
                       set first_name = w.first_name,
                           last_name = w.last_name,
                           phone = w.phone,
                           email = w.email,
                           timezone = w.timezone,
                           opted_out = w.opted_out,
                           booked_at = w.booked_at,
                           campaign_link_id = case when w.result = 'enrolled' then p_campaign_id else l.campaign_link_id end,
                           is_active = l.is_active or w.result = 'enrolled',
                           current_message_position = case
                               when w.result = 'enrolled' then w.current_message_position
                               else l.current_message_position
                           end,
                           enrolled_at = case when w.result = 'enrolled' then w.enrolled_at else l.enrolled_at end,
                           completed_at = case when w.result = 'enrolled' then null else l.completed_at end,
                           updated_at = p_now
                      from wanted as w
                     -- No equality, which a plan made for an empty table would merge by reading all of the index.
                     where l.id between w.id and w.id and l.client_id = p_client_id
                       and (w.result = 'enrolled'
                            or (l.first_name, l.last_name, l.phone, l.email, l.timezone, l.opted_out, l.booked_at)
                               is distinct from
                               (w.first_name, w.last_name, w.phone, w.email, w.timezone, w.opted_out, w.booked_at))
                ), done as (
                    select n.line, n.lead_id, case when v_campaign.is_active then 'enrolled' else 'campaign_inactive' end as result
                      from people as n
                      join inserted as i on i.id = n.lead_id
                     union all
                    select v.line, v.id, v.result from verdicts as v where v.turn = 1
                )
                select coalesce(array_agg(d.line), '{}'), coalesce(array_agg(d.lead_id), '{}'),
                       coalesce(array_agg(d.result), '{}')
                  into v_lines, v_ids, v_results
                  from done as d;

                v_all_lines := v_all_lines || v_lines;
                v_all_ids := v_all_ids || v_ids;
                v_all_results := v_all_results || v_results;
                exit when cardinality(v_lines) = cardinality(v_left);
                if cardinality(v_lines) = 0 then
                    v_idle_rounds := v_idle_rounds + 1;
                end if;
                if v_idle_rounds >= 10 then
                    raise exception using
                        errcode = 'serialization_failure',
                        message = 'could not tell who is who: others change the same leads all the time',
                        hint    = 'Try again. If it stays like this, look for a unique index on drip.leads that pg_drip does not know.';
                end if;
                v_left := array(select s from unnest(v_left) as s where s.line <> all (v_lines));
            end loop;
            exit;
        exception when deadlock_detected or unique_violation then
            -- Two calls with the same people in each other's way. All rounds are undone, locks included: what an earlier
            -- round kept would be in the way again.
            if v_tries >= 10 then
                raise;
            end if;
            v_is_alone := v_is_alone or sqlstate = '40P01';
        end;
    end loop;

    return query select u.line, u.lead_id, u.result from unnest(v_all_lines, v_all_ids, v_all_results) as u (line, lead_id, result);
end
$enroll_people$;

comment on function drip_internal.enroll_people(uuid, uuid, drip_internal.staged_leads[], bigint[], boolean, timestamptz) is
'Enrolls people, each named by one row (valid): makes or updates the person, waits for locks, decides, enters. No two rows have the same phone; p_late_lines are those whose e-mail another row has too, and come after all others, one by one. Returns a row for each. Raises DR002 when the client has no such campaign.';
