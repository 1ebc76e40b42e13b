-- What tests read as given and then. Loaded into the schema tap beside pgTAP; a test calls it unqualified.
--
--   select make_client();                        the_client()      the last one made
--   select make_campaign(steps => 3);            the_campaign()    in the last client, unless told otherwise
--   select make_lead('Ann', at_position => 3);   the_lead('Ann')   in the last campaign; without a name, the last lead
--
-- Ids are remembered by name in settings of the transaction, so they are at hand as any role and after the row is gone.

grant usage on schema tap to public;

create or replace function tap.remember(kind text, name text, id uuid)
returns uuid
language sql volatile
as $remember$
    select set_config('given.' || kind, id::text, true);
    select set_config('given.' || kind || md5(name), id::text, true)::uuid;
$remember$;

create or replace function tap.the_client(name text default null)
returns uuid
language sql stable
as $the_client$
    select current_setting('given.client' || coalesce(md5(name), ''))::uuid;
$the_client$;

create or replace function tap.the_campaign(name text default null)
returns uuid
language sql stable
as $the_campaign$
    select current_setting('given.campaign' || coalesce(md5(name), ''))::uuid;
$the_campaign$;

create or replace function tap.the_lead(name text default null)
returns uuid
language sql stable
as $the_lead$
    select current_setting('given.lead' || coalesce(md5(name), ''))::uuid;
$the_lead$;

create or replace function tap.the_run(name text default null)
returns uuid
language sql stable
as $the_run$
    select current_setting('given.run' || coalesce(md5(name), ''))::uuid;
$the_run$;

-- A test of something that looks at the whole database starts with none of it.
create or replace function tap.start_empty()
returns void
language sql volatile
as $start_empty$
    delete from drip.de_enrollment_errors;
    delete from drip.de_enrollment_runs;
    delete from drip.leads;
    delete from drip.campaigns;
    delete from drip.clients;
    delete from drip_internal.campaign_stat_deltas;
$start_empty$;

create or replace function tap.make_messages(steps integer)
returns jsonb
language sql immutable
as $make_messages$
    select coalesce(jsonb_agg(jsonb_build_object(
               'step', s.step,
               'delayMinutes', (s.step - 1) * 60,
               'text', 'Hi {{firstName}}, this is message ' || s.step,
               'type', case when s.step % 2 = 1 then 'sms' else 'email' end) order by s.step), '[]')
      from generate_series(1, steps) as s (step);
$make_messages$;

create or replace function tap.make_client(name text default 'Acme', timezone text default 'UTC')
returns uuid
language plpgsql volatile
as $make_client$
declare
    v_id uuid;
begin
    insert into drip.clients (name, timezone) values (name, timezone) returning id into v_id;
    return tap.remember('client', name, v_id);
end
$make_client$;

create or replace function tap.make_campaign(
    name             text        default 'Welcome',
    client           uuid        default tap.the_client(),
    steps            integer     default 3,
    messages         jsonb       default null,
    message_template text        default null,
    form_id          text        default null,
    campaign_type    text        default 'standard',
    is_active        boolean     default true,
    is_paused        boolean     default false,
    auto_discovered  boolean     default false,
    deactivated_at   timestamptz default null,
    id               uuid        default gen_random_uuid()
)
returns uuid
language plpgsql volatile
as $make_campaign$
begin
    insert into drip.campaigns (id, client_id, name, form_id, campaign_type, message_template, messages, is_active,
                                is_paused, auto_discovered, deactivated_at)
    values (make_campaign.id, client, name, form_id, campaign_type, message_template,
            coalesce(messages, tap.make_messages(steps)), is_active, is_paused, auto_discovered, deactivated_at);
    return tap.remember('campaign', name, make_campaign.id);
end
$make_campaign$;

-- E.164, another one for every call.
create sequence if not exists tap.phone_numbers;

create or replace function tap.make_phone()
returns text
language sql volatile
as $make_phone$
    select '+1' || (2000000000 + nextval('tap.phone_numbers'))::text;
$make_phone$;

create or replace function tap.make_lead(
    name             text        default 'Ann',
    client           uuid        default tap.the_client(),
    campaign         uuid        default tap.the_campaign(),
    at_position      integer     default 0,
    is_active        boolean     default true,
    opted_out        boolean     default false,
    booked_at        timestamptz default null,
    enrolled_at      timestamptz default now(),
    updated_at       timestamptz default now(),
    completed_at     timestamptz default null,
    campaign_history jsonb       default '[]',
    phone            text        default tap.make_phone(),
    email            text        default null,
    id               uuid        default gen_random_uuid()
)
returns uuid
language plpgsql volatile
as $make_lead$
begin
    insert into drip.leads (id, client_id, campaign_link_id, first_name, last_name, phone, email, current_message_position,
                            is_active, opted_out, booked_at, enrolled_at, updated_at, completed_at, campaign_history)
    values (make_lead.id, client, campaign, name, 'Lead', phone, email, at_position,
            is_active, opted_out, booked_at, enrolled_at, updated_at, completed_at, campaign_history);
    return tap.remember('lead', name, make_lead.id);
end
$make_lead$;

-- Many at once, in one statement; the ids come back in order.
create or replace function tap.make_leads(
    how_many    integer,
    client      uuid    default tap.the_client(),
    campaign    uuid    default tap.the_campaign(),
    at_position integer default 0,
    opted_out   boolean default false
)
returns uuid[]
language sql volatile
as $make_leads$
    with made as (
        insert into drip.leads (client_id, campaign_link_id, first_name, phone, current_message_position, opted_out)
        select client, campaign, 'Lead ' || n.n, tap.make_phone(), at_position, opted_out
          from generate_series(1, how_many) as n (n)
        returning id
    )
    select array_agg(m.id order by m.id) from made as m;
$make_leads$;

create or replace function tap.make_entry(
    campaign          uuid        default tap.the_campaign(),
    outcome           text        default 'completed',
    campaign_name     text        default 'Welcome',
    enrolled_at       text        default '2025-01-01T00:00:00.000Z',
    completed_at      text        default '2025-01-02T00:00:00.000Z',
    messages_received integer     default 3
)
returns jsonb
language sql stable
as $make_entry$
    select jsonb_build_object('campaignId', campaign, 'campaignName', campaign_name, 'enrolledAt', enrolled_at,
                              'completedAt', completed_at, 'messagesReceived', messages_received, 'outcome', outcome);
$make_entry$;

create or replace function tap.make_run(
    name       text        default 'run',
    client     uuid        default tap.the_client(),
    started_at timestamptz default now()
)
returns uuid
language sql volatile
as $make_run$
    select tap.remember('run', name, drip.start_de_enrollment_run(client, 1000, started_at));
$make_run$;

-- The rest of a row that has ended long ago: written directly, as no routine backdates.
create or replace function tap.make_old_run(
    status        text,
    client        uuid        default tap.the_client(),
    finished_at   timestamptz default now() - interval '10 minutes',
    processed     bigint      default 0,
    error_message text        default null
)
returns uuid
language sql volatile
as $make_old_run$
    insert into drip.de_enrollment_runs (client_id, driver, status, batch_size, leads_processed, started_at, heartbeat_at,
                                         finished_at, error_message)
    values (client, 'caller', status, 1000, processed, finished_at - interval '1 minute', finished_at,
            case when status <> 'running' then finished_at end, error_message)
    returning id;
$make_old_run$;

-- Poison: whatever updates this lead raises, at once or, deferred, when constraints are checked.
create or replace function tap.raise_poison()
returns trigger
language plpgsql
as $raise_poison$
begin
    raise exception using errcode = tg_argv[1], message = tg_argv[0], detail = 'phone ' || old.phone;
end
$raise_poison$;

create or replace function tap.poison(
    lead     uuid    default tap.the_lead(),
    message  text    default 'poisoned',
    errcode  text    default 'P0001',
    deferred boolean default false
)
returns void
language plpgsql volatile
as $poison$
begin
    if deferred then
        execute format('create constraint trigger %I after update on drip.leads deferrable initially deferred
                            for each row when (old.id = %L) execute function tap.raise_poison(%L, %L)',
                       'poison_' || lead, lead, message, errcode);
    else
        execute format('create trigger %I before update on drip.leads
                            for each row when (old.id = %L) execute function tap.raise_poison(%L, %L)',
                       'poison_' || lead, lead, message, errcode);
    end if;
end
$poison$;

create or replace function tap.cure(lead uuid default tap.the_lead())
returns void
language plpgsql volatile
as $cure$
begin
    execute format('drop trigger %I on drip.leads', 'poison_' || lead);
end
$cure$;

-- One sweep as a caller drives it: open, claim and process until nothing comes, finish. The run's id.
create or replace function tap.sweep(
    client     uuid        default tap.the_client(),
    batch_size integer     default 1000,
    at         timestamptz default now()
)
returns uuid
language plpgsql volatile
as $sweep$
declare
    v_run_id   uuid := drip.start_de_enrollment_run(client, batch_size, at);
    v_lead_ids uuid[];
    v_cursor   uuid;
begin
    loop
        v_lead_ids := array(select g.id from drip.get_leads_for_de_enrollment(client, batch_size, v_cursor, at) as g);
        exit when cardinality(v_lead_ids) = 0;
        v_cursor := v_lead_ids[cardinality(v_lead_ids)];
        perform drip.process_de_enrollment_batch(v_run_id, v_lead_ids, at);
    end loop;
    perform drip.finish_de_enrollment_run(v_run_id, at);
    return tap.remember('run', 'sweep', v_run_id);
end
$sweep$;

-- What process_de_enrollment_batch returned, without the zeros.
create or replace function tap.process(
    leads uuid[],
    run   uuid        default tap.the_run(),
    at    timestamptz default now()
)
returns jsonb
language sql volatile
as $process$
    select coalesce(jsonb_object_agg(e.key, e.value) filter (where e.value <> '0'), '{}')
      from drip.process_de_enrollment_batch(run, leads, at) as b
     cross join lateral jsonb_each(to_jsonb(b)) as e (key, value);
$process$;

create or replace function tap.run_counts(run uuid default tap.the_run())
returns jsonb
language sql stable
as $run_counts$
    select jsonb_object_agg(e.key, e.value) filter (where e.value <> '0')
      from drip.de_enrollment_runs as r
     cross join lateral jsonb_each(jsonb_build_object(
           'found', r.leads_found, 'processed', r.leads_processed, 'completed', r.leads_completed,
           'booked', r.leads_booked, 'opted_out', r.leads_opted_out, 'campaign_deleted', r.leads_campaign_deleted,
           'skipped', r.leads_skipped, 'failed', r.leads_failed, 'batches', r.batches,
           'failed_batches', r.failed_batches)) as e (key, value)
     where r.id = run;
$run_counts$;

create or replace function tap.run_status(run uuid default tap.the_run())
returns text
language sql stable
as $run_status$
    select r.status from drip.de_enrollment_runs as r where r.id = run;
$run_status$;

create or replace function tap.is_in_campaign(lead uuid default tap.the_lead())
returns boolean
language sql stable
as $is_in_campaign$
    select l.is_active from drip.leads as l where l.id = lead;
$is_in_campaign$;

create or replace function tap.history(lead uuid default tap.the_lead())
returns jsonb
language sql stable
as $history$
    select l.campaign_history from drip.leads as l where l.id = lead;
$history$;

-- The outcomes of a lead's stays, in order.
create or replace function tap.outcomes(lead uuid default tap.the_lead())
returns text[]
language sql stable
as $outcomes$
    select array(select e.entry ->> 'outcome'
                   from jsonb_array_elements(l.campaign_history) with ordinality as e (entry, stay) order by e.stay)
      from drip.leads as l where l.id = lead;
$outcomes$;

-- The exact counters of a campaign, without the zeros.
create or replace function tap.counters(campaign uuid default tap.the_campaign())
returns jsonb
language sql stable
as $counters$
    select coalesce(jsonb_object_agg(e.key, e.value) filter (where e.value <> '0'), '{}')
      from drip.campaign_statistics as s
     cross join lateral jsonb_each(jsonb_build_object(
           'active', s.active_leads_count, 'completed', s.completed_leads_count, 'opted_out', s.opted_out_count,
           'booked', s.booked_count, 'abandoned', s.abandoned_count,
           'campaign_deleted', s.campaign_deleted_count)) as e (key, value)
     where s.id = campaign;
$counters$;

-- What of it is folded into the columns of drip.campaigns already.
create or replace function tap.folded_counters(campaign uuid default tap.the_campaign())
returns jsonb
language sql stable
as $folded_counters$
    select coalesce(jsonb_object_agg(e.key, e.value) filter (where e.value <> '0'), '{}')
      from drip.campaigns as c
     cross join lateral jsonb_each(jsonb_build_object(
           'active', c.active_leads_count, 'completed', c.completed_leads_count, 'opted_out', c.opted_out_count,
           'booked', c.booked_count, 'abandoned', c.abandoned_count,
           'campaign_deleted', c.campaign_deleted_count)) as e (key, value)
     where c.id = campaign;
$folded_counters$;

create or replace function tap.pending_deltas(campaign uuid default tap.the_campaign())
returns bigint
language sql stable
as $pending_deltas$
    select count(*) from drip_internal.campaign_stat_deltas as d where d.campaign_id = campaign;
$pending_deltas$;

-- Why a lead is stuck, or null.
create or replace function tap.stuck_reason(lead uuid default tap.the_lead())
returns text
language sql stable
as $stuck_reason$
    select s.reason from drip.stuck_leads as s where s.id = lead;
$stuck_reason$;

create or replace function tap.health(name text)
returns text
language sql stable
as $health$
    select h.status || ' ' || coalesce(trim_scale(round(h.value, 1))::text, 'null')
      from drip.de_enrollment_health as h where h.name = health.name;
$health$;

-- What a statement gives to another role: its first value as text, or the SQLSTATE that it raises. pgTAP itself needs the
-- tester's rights, so the role is put on for this statement only.
create or replace function tap.as_role(role text, statement text)
returns text
language plpgsql volatile
as $as_role$
declare
    v_value text;
begin
    execute format('set local role %I', role);
    execute statement into v_value;
    set local role none;
    return v_value;
exception when others then
    return sqlstate;
end
$as_role$;

-- The SQLSTATE that a statement raises, or null; what it did is undone either way.
create or replace function tap.sqlstate_of(statement text)
returns text
language plpgsql volatile
as $sqlstate_of$
begin
    begin
        execute statement;
        raise exception using errcode = 'TAP00';
    exception
        when sqlstate 'TAP00' then return null;
        when others then return sqlstate;
    end;
end
$sqlstate_of$;

-- A lead in every state that the exit rule can meet, listed in the temporary table every_state: 6 kinds of campaign x 4
-- positions (campaigns with messages have 3) x opted out or not x booked or not x in a campaign or not.
create or replace function tap.make_every_state(client uuid default tap.the_client())
returns void
language plpgsql volatile
as $make_every_state$
declare
    v_active        uuid := tap.make_campaign('active', client);
    v_paused        uuid := tap.make_campaign('paused', client, is_paused => true);
    v_retired       uuid := tap.make_campaign('retired', client, is_active => false);
    v_empty         uuid := tap.make_campaign('empty', client, steps => 0);
    v_retired_empty uuid := tap.make_campaign('retired empty', client, steps => 0, is_active => false);
begin
    create temporary table every_state on commit drop as
    select gen_random_uuid() as lead_id, c.campaign, c.campaign_id, p.at_position, o.opted_out, b.has_booked, a.is_active
      from (values ('active', v_active), ('paused', v_paused), ('retired', v_retired), ('empty', v_empty),
                   ('retired empty', v_retired_empty), ('none', null)) as c (campaign, campaign_id)
     cross join (values (0), (2), (3), (7)) as p (at_position)
     cross join (values (false), (true)) as o (opted_out)
     cross join (values (false), (true)) as b (has_booked)
     cross join (values (false), (true)) as a (is_active);

    insert into drip.leads (id, client_id, campaign_link_id, phone, current_message_position, opted_out, booked_at, is_active)
    select s.lead_id, client, s.campaign_id, tap.make_phone(), s.at_position, s.opted_out,
           case when s.has_booked then now() end, s.is_active
      from every_state as s;
end
$make_every_state$;

-- The manifest as a deploy would leave it now.
create or replace function tap.record_manifest()
returns void
language sql volatile
as $record_manifest$
    delete from drip_internal.deployed_objects;
    insert into drip_internal.deployed_objects (kind, identity, definition_hash, server_major)
    select o.kind, o.identity, md5(o.definition), current_setting('server_version_num')::integer / 10000
      from drip_internal.list_live_objects() as o;
$record_manifest$;

-- Enrolls one person, remembered by their first name, and gives the result.
create or replace function tap.enroll(
    person   jsonb,
    campaign uuid        default tap.the_campaign(),
    at       timestamptz default now(),
    transfer boolean     default false
)
returns text
language plpgsql volatile
as $enroll$
declare
    v_lead_id uuid;
    v_result  text;
begin
    select e.lead_id, e.result into strict v_lead_id, v_result
      from drip.enroll_lead(tap.the_client(), campaign, person, at, p_transfer => transfer) as e;
    perform tap.remember('lead', coalesce(person ->> 'firstName', 'Ann'), v_lead_id);
    return v_result;
end
$enroll$;

-- The results of enrolling an array, in order.
create or replace function tap.enroll_all(
    people   jsonb,
    campaign uuid    default tap.the_campaign(),
    transfer boolean default false
)
returns text[]
language sql volatile
as $enroll_all$
    select array(select e.result
                   from drip.enroll_leads(tap.the_client(), campaign, people, p_transfer => transfer) as e
                  order by e.ordinal);
$enroll_all$;

-- The exact counts of a campaign's refusals, without the zeros.
create or replace function tap.refusals(campaign uuid default tap.the_campaign())
returns jsonb
language sql stable
as $refusals$
    select coalesce(jsonb_object_agg(e.key, e.value) filter (where e.value <> '0'), '{}')
      from drip.campaign_statistics as s
     cross join lateral jsonb_each(jsonb_build_object(
           'already_enrolled', s.refused_already_enrolled_count,
           'already_completed', s.refused_already_completed_count,
           'opted_out', s.refused_opted_out_count,
           'campaign_inactive', s.refused_campaign_inactive_count,
           'in_another_campaign', s.refused_in_another_campaign_count)) as e (key, value)
     where s.id = campaign;
$refusals$;

-- What of it is folded into the columns of drip.campaigns already.
create or replace function tap.folded_refusals(campaign uuid default tap.the_campaign())
returns jsonb
language sql stable
as $folded_refusals$
    select coalesce(jsonb_object_agg(e.key, e.value) filter (where e.value <> '0'), '{}')
      from drip.campaigns as c
     cross join lateral jsonb_each(jsonb_build_object(
           'already_enrolled', c.refused_already_enrolled_count,
           'already_completed', c.refused_already_completed_count,
           'opted_out', c.refused_opted_out_count,
           'campaign_inactive', c.refused_campaign_inactive_count,
           'in_another_campaign', c.refused_in_another_campaign_count)) as e (key, value)
     where c.id = campaign;
$folded_refusals$;

create or replace function tap.allow_reenrollment(
    outcomes   text[]  default null,
    after_days integer default null,
    campaign   uuid    default tap.the_campaign()
)
returns void
language sql volatile
as $allow_reenrollment$
    update drip.campaigns as c
       set reenroll_outcomes = outcomes, reenroll_after_days = after_days
     where c.id = campaign;
$allow_reenrollment$;

-- A row of an import, its values by column name.
create or replace function tap.stage(import uuid, line bigint, person jsonb)
returns void
language sql volatile
as $stage$
    insert into drip_internal.staged_leads
    select r.* from jsonb_populate_record(
           null::drip_internal.staged_leads, person || jsonb_build_object('import_id', import, 'line', line)) as r;
$stage$;
