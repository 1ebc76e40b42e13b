create or replace function drip_internal.discard_staged_leads(p_import_id uuid)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $discard_staged_leads$
declare
    v_discarded bigint;
begin
    delete from drip_internal.staged_leads as s where s.import_id = p_import_id;
    get diagnostics v_discarded = row_count;
    return v_discarded;
end
$discard_staged_leads$;

comment on function drip_internal.discard_staged_leads(uuid) is
'Removes what an import staged and did not enroll, and returns how many rows that were. Security definer: for pg-drip leads import, whose caller has no rights on the table.';
