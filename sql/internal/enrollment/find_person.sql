create or replace function drip_internal.find_person(p_client_id uuid, p_phone text, p_email text)
returns uuid
language plpgsql stable
set search_path = pg_catalog, pg_temp set jit = off set enable_seqscan = off
as $find_person$
begin
    return coalesce(
        (select l.id from drip.leads as l where l.client_id = p_client_id and l.phone = p_phone),
        (select l.id from drip.leads as l where l.client_id = p_client_id and lower(l.email) = lower(p_email)));
end
$find_person$;

comment on function drip_internal.find_person(uuid, text, text) is
'The id of the client''s lead with this phone, else of the one with this e-mail; null when there is none.';
