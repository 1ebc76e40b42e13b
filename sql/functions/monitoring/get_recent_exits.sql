create or replace function drip.get_recent_exits(
    p_since     timestamptz,
    p_client_id uuid default null,
    p_limit     integer default 1000
)
returns table (client_id uuid, lead_id uuid, campaign_id text, outcome text, completed_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $get_recent_exits$
begin
    return query
    select l.client_id, l.id, l.campaign_history -> -1 ->> 'campaignId', l.campaign_history -> -1 ->> 'outcome',
           l.completed_at
      from drip.leads as l
     where l.completed_at >= p_since and (p_client_id is null or l.client_id = p_client_id)
     order by l.completed_at, l.id
     limit p_limit;
end
$get_recent_exits$;

comment on function drip.get_recent_exits(timestamptz, uuid, integer) is
'Leads that left a campaign since a moment, oldest first, at most p_limit of them (1000): ids, campaign and outcome, no personal data. For logs. p_client_id: one client; null for all.';
