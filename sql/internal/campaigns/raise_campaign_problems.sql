create or replace function drip_internal.raise_campaign_problems(p_fields text[], p_problems text[])
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $raise_campaign_problems$
begin
    if cardinality(p_fields) > 0 then
        raise exception using
            errcode = 'DR016',
            message = 'this is no campaign: ' || (
                select string_agg(ltrim(p.field || ' ' || p.problem), '; ' order by p.place)
                  from unnest(p_fields, p_problems) with ordinality as p (field, problem, place)),
            hint    = 'Fields are name, formId, campaignType, messages, isPaused, isActive, autoDiscovered, webinarDatetime, zoomLink, resourceName, resourceLink, reenrollOutcomes and reenrollAfterDays.';
    end if;
end
$raise_campaign_problems$;

comment on function drip_internal.raise_campaign_problems(text[], text[]) is
'Raises DR016 with all problems that drip_internal.patch_campaign() found, if it found any.';
