create or replace function drip_internal.enroll_staged_leads(
    p_client_id   uuid,
    p_campaign_id uuid,
    p_import_id   uuid,
    p_batch_size  integer,
    p_transfer    boolean,
    p_now         timestamptz
)
returns table (line bigint, lead_id uuid, result text, problem text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $enroll_staged_leads$
declare
    v_leads drip_internal.staged_leads[];
begin
    perform drip_internal.require_moment(p_now);
    perform drip_internal.require_batch_size(p_batch_size);
    with taken as (
        delete from drip_internal.staged_leads as s
         where s.import_id = p_import_id
           and s.line = any (array(
                   select n.line from drip_internal.staged_leads as n
                    where n.import_id = p_import_id
                    order by n.line limit p_batch_size))
        returning s
    )
    select array_agg(t.s order by (t.s).line) into v_leads from taken as t;
    return query
    select b.line, b.lead_id, b.result, b.problem
      from drip_internal.enroll_batch(
           p_client_id, p_campaign_id, coalesce(v_leads, '{}'), coalesce(p_transfer, false), false, p_now) as b;
end
$enroll_staged_leads$;

comment on function drip_internal.enroll_staged_leads(uuid, uuid, uuid, integer, boolean, timestamptz) is
'Takes the next leads of an import from drip_internal.staged_leads, in line order, and enrolls them; returns a row each, none when the import is done. Refusals are not counted: a file imported again changes nothing. p_batch_size: 1 to 10,000 leads. Raises DR002 when the client has no such campaign, DR005, DR012 when p_now is no point in time. Security definer: for pg-drip leads import, whose caller has no rights on the table.';
