create or replace function drip_internal.seed_schedules(p_schedules jsonb)
returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $seed_schedules$
declare
    v_new     text[];
    v_changed text[];
begin
    -- A value that is not the one shipped last is an edit, and stays one. What is shipped is noted column by column, so
    -- that an edit is still one when the release comes to agree with it and goes on from there.
    with fresh as (
        select r.name, c.expression as cron_expression, r.command, r.purpose
          from jsonb_to_recordset(p_schedules) as r (name text, cron_expression text, command text, purpose text)
         cross join lateral drip_internal.parse_cron(r.cron_expression) as c
    ), merged as (
        select f.name,
               case when s.cron_expression = h.cron_expression then f.cron_expression end as cron_expression,
               case when s.command = h.command then f.command end as command,
               case when s.purpose = h.purpose then f.purpose end as purpose
          from fresh as f
          join drip_internal.shipped_schedules as h on h.name = f.name
          join drip.schedules as s on s.name = f.name
         where (s.cron_expression = h.cron_expression and s.cron_expression <> f.cron_expression)
            or (s.command = h.command and s.command <> f.command)
            or (s.purpose = h.purpose and s.purpose <> f.purpose)
           for no key update of s
    ), shipped as (
        update drip_internal.shipped_schedules as h
           set cron_expression = coalesce(m.cron_expression, h.cron_expression),
               command = coalesce(m.command, h.command),
               purpose = coalesce(m.purpose, h.purpose)
          from merged as m
         where h.name = m.name
    ), updated as (
        update drip.schedules as s
           set cron_expression = coalesce(m.cron_expression, s.cron_expression),
               command = coalesce(m.command, s.command),
               purpose = coalesce(m.purpose, s.purpose)
          from merged as m
         where s.name = m.name
        returning s.name
    )
    select array_agg(u.name) into v_changed from updated as u;

    -- Shipped for the first time. One of this name that a DBA made is the DBA's; one that a DBA deleted has been shipped.
    with shipped as (
        insert into drip_internal.shipped_schedules (name, cron_expression, command, purpose)
        select r.name, c.expression, r.command, r.purpose
          from jsonb_to_recordset(p_schedules) as r (name text, cron_expression text, command text, purpose text)
         cross join lateral drip_internal.parse_cron(r.cron_expression) as c
        on conflict do nothing
        returning name, cron_expression, command, purpose
    ), added as (
        insert into drip.schedules (name, cron_expression, command, purpose)
        select s.name, s.cron_expression, s.command, s.purpose
          from shipped as s
        on conflict do nothing
        returning name
    )
    select array_agg(a.name) into v_new from added as a;
    return array(select u.name from unnest(v_new || v_changed) as u (name) order by u.name);
end
$seed_schedules$;

comment on function drip_internal.seed_schedules(jsonb) is
'Puts a release''s schedules, [{name, cron_expression, command, purpose}], into drip.schedules and returns the names of those that it added or changed. Only the deployer calls it. A value that a DBA edited stays, a schedule that a DBA deleted stays away, and whether one is enabled is never touched.';
