create or replace function drip.record_api_event(
    p_kind   text,
    p_path   text        default '',
    p_events integer     default 1,
    p_now    timestamptz default now()
)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $record_api_event$
declare
    v_minute timestamptz;
    v_path   text := coalesce(drip.sanitize_plain_text(p_path, 100), '');
begin
    perform drip_internal.require_moment(p_now);
    if p_kind is null or p_kind not in ('invalid_key', 'forbidden', 'rate_limited') or p_events is null or p_events < 1 then
        raise exception using
            errcode = 'DR012',
            message = format('this cannot be recorded: %s of kind %s',
                             coalesce(p_events::text, 'null'), coalesce(p_kind, 'null')),
            hint    = 'Give a kind of invalid_key, forbidden and rate_limited, and how many there were.';
    end if;
    v_minute := date_trunc('minute', p_now, 'UTC');

    update drip.api_events as e
       set events = e.events + p_events
     where e.at = v_minute and e.kind = p_kind and e.path = v_path;
    if found then
        return;
    end if;
    -- A new row, at most once a minute for each path: the time to drop old ones, and to stop whoever invents paths.
    delete from drip.api_events as e where e.at < v_minute - interval '90 days';
    if (select count(*) from drip.api_events as e where e.at = v_minute and e.kind = p_kind) >= 100 then
        v_path := '';
    end if;
    insert into drip.api_events as e (at, kind, path, events)
    values (v_minute, p_kind, v_path, p_events)
    on conflict (at, kind, path) do update set events = e.events + excluded.events;
end
$record_api_event$;

comment on function drip.record_api_event(text, text, integer, timestamptz) is
'Counts what the HTTP door refused into drip.api_events, by minute, kind and path. p_kind: invalid_key, forbidden or rate_limited. p_path: the route''s template, such as /api/admin/campaigns/{id}, never a path with an id or a query; beyond a hundred different ones a minute they are counted together, under an empty path. p_events: how many. Rows older than 90 days go. Raises DR012 for an unknown kind, a count below 1, or a p_now that is no point in time.';
