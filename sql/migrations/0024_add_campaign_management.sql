-- depends: 0022_add_enrollment
-- transactional: false
-- Campaign management: links are URLs, and the list of campaigns has its indexes. Every step may be repeated.

set lock_timeout = '5s';

-- Blank is none, and white space at the ends is no part of a link.
update drip.campaigns as c
   set zoom_link = nullif(regexp_replace(c.zoom_link, '^\s+|\s+$', '', 'g'), ''),
       resource_link = nullif(regexp_replace(c.resource_link, '^\s+|\s+$', '', 'g'), '')
 where c.zoom_link = '' or c.zoom_link ~ '^\s|\s$' or c.resource_link = '' or c.resource_link ~ '^\s|\s$';

-- drip.sanitize_url() says the same, since no CHECK calls a routine of ours.
alter table drip.campaigns
    drop constraint if exists zoom_link_is_a_url,
    drop constraint if exists resource_link_is_a_url,
    add constraint zoom_link_is_a_url check (
        char_length(zoom_link) <= 2048
        and zoom_link !~ '[\u0001-\u0020"<>\\\u0060\u007F-\u00A0\u00AD\u061C\u1680\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF\uFFF9-\uFFFB]'
        and zoom_link ~ (
            '^[Hh][Tt][Tt][Pp][Ss]?://'
            '(\[[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])|([0-9A-Za-z_\u00C0-\u1FFF\u3040-\uD7FF-]{1,63}\.)*(?![0-9]+\.?([/?#:]|$))[0-9A-Za-z_\u00C0-\u1FFF\u3040-\uD7FF-]{1,63}\.?)'
            '(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?([/?#].*)?$')) not valid,
    add constraint resource_link_is_a_url check (
        char_length(resource_link) <= 2048
        and resource_link !~ '[\u0001-\u0020"<>\\\u0060\u007F-\u00A0\u00AD\u061C\u1680\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF\uFFF9-\uFFFB]'
        and resource_link ~ (
            '^[Hh][Tt][Tt][Pp][Ss]?://'
            '(\[[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])|([0-9A-Za-z_\u00C0-\u1FFF\u3040-\uD7FF-]{1,63}\.)*(?![0-9]+\.?([/?#:]|$))[0-9A-Za-z_\u00C0-\u1FFF\u3040-\uD7FF-]{1,63}\.?)'
            '(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?([/?#].*)?$')) not valid;

-- Validating would say only that some row is wrong; this says which.
do $name_broken_links$
declare
    v_constraint record;
    v_found      text;
    v_names      text;
begin
    for v_constraint in
        select k.conname, pg_get_expr(k.conbin, k.conrelid) as condition
          from pg_constraint as k
         where k.conrelid = 'drip.campaigns'::regclass
           and k.conname in ('zoom_link_is_a_url', 'resource_link_is_a_url')
         order by k.conname desc
    loop
        execute format(
            $broken$select string_agg(format('%%s of %%s (%%s)', %L, c.name, c.id), ', ' order by c.id)
                      from drip.campaigns as c where not (%s)$broken$,
            replace(v_constraint.conname, '_is_a_url', ''), v_constraint.condition)
           into v_found;
        v_names := concat_ws(', ', v_names, v_found);
    end loop;
    if v_names <> '' then
        raise exception using
            errcode = 'DR016',
            message = format('these links of campaigns are no http or https URLs: %s', v_names),
            hint    = 'Correct them in drip.campaigns, or set them to null, and deploy again.';
    end if;
end
$name_broken_links$;

alter table drip.campaigns validate constraint zoom_link_is_a_url;
alter table drip.campaigns validate constraint resource_link_is_a_url;

-- The list, newest first: of all clients, and of one.
drop index concurrently if exists drip.campaigns_newest_idx;
create index concurrently campaigns_newest_idx on drip.campaigns (created_at desc, id desc);
drop index concurrently if exists drip.campaigns_client_newest_idx;
create index concurrently campaigns_client_newest_idx on drip.campaigns (client_id, created_at desc, id desc);

reset lock_timeout;
