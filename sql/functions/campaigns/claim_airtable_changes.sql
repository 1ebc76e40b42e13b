create or replace function drip.claim_airtable_changes(
    p_client_id uuid default null,
    p_limit     integer default 10,
    p_lease     interval default '5 minutes',
    p_now       timestamptz default now()
)
returns table (
    claim_id    uuid,
    client_id   uuid,
    campaign_id uuid,
    attempts    integer,
    record      jsonb
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $claim_airtable_changes$
#variable_conflict use_column
declare
    v_change_ids bigint[];
    v_claim_id   uuid := gen_random_uuid();
begin
    perform drip_internal.require_moment(p_now);
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using
            errcode = 'DR012',
            message = format('a claim cannot be of %s campaigns', coalesce(p_limit::text, 'null')),
            hint    = 'Give 1 to 1,000; Airtable takes 10 in a request.';
    end if;
    if p_lease is null or p_lease <= interval '0' or p_lease > interval '1 day' then
        raise exception using
            errcode = 'DR012',
            message = format('a claim cannot last %s', coalesce(p_lease::text, 'null')),
            hint    = 'Give more than nothing and at most a day, for example ''5 minutes''.';
    end if;
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;

    -- A campaign's oldest row is its lock: claimed or locked there, none of its later changes can be claimed, so no older
    -- state ever overtakes a newer one.
    v_change_ids := array(
        select o.id
          from drip.airtable_outbox as o
         where (p_client_id is null or o.client_id = p_client_id)
           and o.attempts = 0
           and (o.claimed_until is null or o.claimed_until <= p_now)
           and not exists (select from drip.airtable_outbox as e
                            where e.campaign_id = o.campaign_id and e.client_id = o.client_id and e.id < o.id)
         order by o.id
         limit p_limit
           for update skip locked);

    -- What was refused comes alone, so that it never holds back others of its batch again.
    if cardinality(v_change_ids) = 0 then
        v_change_ids := array(
            select o.id
              from drip.airtable_outbox as o
             where (p_client_id is null or o.client_id = p_client_id)
               and o.attempts > 0
               and (o.claimed_until is null or o.claimed_until <= p_now)
               and (o.retry_at is null or o.retry_at <= p_now
                    -- changed since: perhaps mended
                    or exists (select from drip.airtable_outbox as n
                                where n.campaign_id = o.campaign_id and n.client_id = o.client_id
                                  and n.id > o.tried_through))
               and not exists (select from drip.airtable_outbox as e
                                where e.campaign_id = o.campaign_id and e.client_id = o.client_id and e.id < o.id)
             order by o.retry_at nulls first, o.id
             limit 1
               for update skip locked);
    end if;

    -- One statement, so one snapshot: the state is exactly as new as the rows that the claim covers.
    return query
    with claimed as (
        update drip.airtable_outbox as o
           set claim_id = v_claim_id,
               claimed_until = p_now + p_lease,
               tried_through = n.id
          from drip.airtable_outbox as h
         cross join lateral (
               select l.id, l.deleted_record
                 from drip.airtable_outbox as l
                where l.campaign_id = h.campaign_id and l.client_id = h.client_id
                order by l.id desc
                limit 1) as n
         where h.id = any (v_change_ids)
           and o.id = h.id and o.client_id = h.client_id
        returning o.id, o.client_id, o.campaign_id, o.attempts, n.deleted_record
    )
    select v_claim_id, k.client_id, k.campaign_id, k.attempts,
           case when c.id is not null then drip_internal.describe_airtable_record(c) else k.deleted_record end
      from claimed as k
      left join drip.campaigns as c on c.id = k.campaign_id and c.client_id = k.client_id
     order by k.id;
end
$claim_airtable_changes$;

comment on function drip.claim_airtable_changes(uuid, integer, interval, timestamptz) is
'The next campaigns, oldest change first, whose newest state Airtable has not got, of one client or (null) of all: a row each with the fields of its record; no row when nothing waits. They are the caller''s for p_lease; within it, upsert them by the field Campaign ID and hand claim_id to drip.complete_airtable_changes(), or the error to drip.fail_airtable_changes(). Without either they can be claimed again when the lease has passed. Campaigns that others hold are skipped, never waited for. A campaign that Airtable refused before (attempts > 0) comes alone. p_limit: at most so many, 1 to 1,000. Raises DR001 for an unknown client, DR012 for a limit or lease out of range or when p_now is no point in time.';
