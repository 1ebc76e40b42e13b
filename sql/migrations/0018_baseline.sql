-- The tables as they were before the upgrade: clients, campaigns with a single message_template, leads.

do $create_schemas$
begin
    if to_regnamespace('drip') is null then
        create schema drip;
    end if;
    if to_regnamespace('drip_internal') is null then
        create schema drip_internal;
    end if;
end
$create_schemas$;

create table drip.clients (
    id         uuid        not null default gen_random_uuid(),
    name       text        not null,
    timezone   text        not null default 'UTC',
    is_active  boolean     not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint clients_pkey primary key (id),
    constraint name_is_1_to_255_characters check (char_length(name) between 1 and 255)
);

comment on table drip.clients is
'The agencies'' clients. A client is the tenant and the sharding key: every row of every other table belongs to one.';

create table drip.campaigns (
    id               uuid        not null default gen_random_uuid(),
    client_id        uuid        not null,
    name             text        not null,
    form_id          text,
    campaign_type    text        not null default 'standard',
    message_template text,
    messages         jsonb,
    is_paused        boolean     not null default false,
    webinar_datetime timestamptz,
    zoom_link        text,
    resource_name    text,
    resource_link    text,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    constraint campaigns_pkey primary key (id, client_id),
    constraint campaigns_client_fkey foreign key (client_id) references drip.clients (id),
    constraint campaigns_client_form_unique unique (client_id, form_id),
    constraint name_is_1_to_255_characters check (char_length(name) between 1 and 255),
    constraint form_id_is_1_to_255_characters check (char_length(form_id) between 1 and 255),
    constraint resource_name_is_at_most_255_characters check (char_length(resource_name) <= 255),
    constraint campaign_type_is_known check (campaign_type in ('standard', 'webinar'))
);

comment on table drip.campaigns is
'Message sequences. Pause (is_paused) stops sending and still enrolls; retire (is_active = false) is final.';

-- Room on each page for the next row version: a lead is updated at every step of its sequence.
create table drip.leads (
    id                       uuid        not null default gen_random_uuid(),
    client_id                uuid        not null,
    campaign_link_id         uuid,
    first_name               text,
    last_name                text,
    phone                    text,
    email                    text,
    timezone                 text,
    current_message_position integer     not null default 0,
    is_active                boolean     not null default true,
    opted_out                boolean     not null default false,
    booked_at                timestamptz,
    created_at               timestamptz not null default now(),
    updated_at               timestamptz not null default now(),
    constraint leads_pkey primary key (id, client_id),
    constraint leads_client_fkey foreign key (client_id) references drip.clients (id),
    constraint leads_campaign_fkey foreign key (campaign_link_id, client_id)
        references drip.campaigns (id, client_id) on delete set null (campaign_link_id),
    constraint current_message_position_is_not_negative check (current_message_position >= 0),
    constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{1,14}$'),
    constraint email_is_1_to_320_characters check (char_length(email) between 1 and 320)
) with (fillfactor = 80);

comment on table drip.leads is
'One row is one person of one client, in at most one campaign at a time; past campaigns are in campaign_history.';
comment on column drip.leads.updated_at is
'Set by whoever writes the row: a trigger for it would cost every step of every lead.';

create unique index leads_client_phone_idx on drip.leads (client_id, phone) where phone is not null;
create unique index leads_client_email_idx on drip.leads (client_id, lower(email)) where email is not null;
create index leads_campaign_idx on drip.leads (campaign_link_id, client_id) where campaign_link_id is not null;

-- Applied again after a rollback: what the rollback put aside comes back.
do $restore_archive$
begin
    if to_regclass('drip_internal.archive_0018_clients') is not null then
        insert into drip.clients select a.* from drip_internal.archive_0018_clients as a;
        insert into drip.campaigns select a.* from drip_internal.archive_0018_campaigns as a;
        insert into drip.leads select a.* from drip_internal.archive_0018_leads as a;
        drop table drip_internal.archive_0018_clients, drip_internal.archive_0018_campaigns,
            drip_internal.archive_0018_leads;
    end if;
end
$restore_archive$;
