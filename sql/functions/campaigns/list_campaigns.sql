create or replace function drip.list_campaigns(
    p_client_id       uuid    default null,
    p_after           text    default null,
    p_limit           integer default 50,
    p_is_active       boolean default null,
    p_is_paused       boolean default null,
    p_auto_discovered boolean default null
)
returns table (campaign json, next_cursor text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set jit = off
as $list_campaigns$
declare
    v_created_at timestamptz;
    v_id         uuid;
begin
    if p_client_id is not null then
        perform drip_internal.require_client(p_client_id);
    end if;
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using
            errcode = 'DR012',
            message = format('p_limit cannot be %s', coalesce(p_limit::text, 'null')),
            hint    = 'Give a number from 1 to 1000, or leave it out for 50.';
    end if;
    if p_after is not null then
        -- Microseconds since 1970, and the id, in hexadecimal digits.
        begin
            v_created_at := timestamptz 'epoch'
                            + interval '1 microsecond' * ('x' || lpad(left(p_after, 14), 16, '0'))::bit(64)::bigint;
            v_id := right(p_after, -14)::uuid;
        exception when data_exception then
            v_id := null;
        end;
        if v_id is null or p_after !~ '^[0-9a-f]{46}$' then
            raise exception using
                errcode = 'DR012',
                message = 'p_after is no cursor',
                hint    = 'Give a next_cursor as it came, or leave it out to begin with the newest campaign.';
        end if;
    end if;

    return query
    select o.campaign, case when p.has_next then p.cursor end
      from (select c.id, c.client_id, c.created_at,
                   lead(c.id) over (order by c.created_at desc, c.id desc) is not null as has_next,
                   row_number() over (order by c.created_at desc, c.id desc) as place,
                   -- Clamped to what 14 digits hold, the years 1970 to 4253: a row with a stranger date must not end the list.
                   lpad(to_hex(greatest(0, least(extract(epoch from c.created_at) * 1000000, 72057594037927935))::bigint), 14, '0')
                       || replace(c.id::text, '-', '') as cursor
              from (select k.id, k.client_id, k.created_at
                      from drip.campaigns as k
                     where (p_client_id is null or k.client_id = p_client_id)
                       and (p_after is null or (k.created_at, k.id) < (v_created_at, v_id))
                       and (p_is_active is null or k.is_active = p_is_active)
                       and (p_is_paused is null or k.is_paused = p_is_paused)
                       and (p_auto_discovered is null or k.auto_discovered = p_auto_discovered)
                     order by k.created_at desc, k.id desc
                     limit p_limit + 1) as c) as p
      join drip_internal.campaign_objects as o on o.id = p.id and o.client_id = p.client_id
     where p.place <= p_limit
     order by p.place;
end
$list_campaigns$;

comment on function drip.list_campaigns(uuid, text, integer, boolean, boolean, boolean) is
'Campaigns of one client, or (null) of all, newest first, each as drip.describe_campaign() shows it; filtered where is_active, is_paused or auto_discovered is given. At most p_limit (1 to 1000). next_cursor: p_after for the rows that follow this one, null when none does; a campaign created or deleted meanwhile moves no other to another page. Raises DR001 for an unknown client, DR012 for a bad limit or cursor.';
