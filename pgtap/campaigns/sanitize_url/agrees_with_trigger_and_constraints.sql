-- The routine, the trigger (DR016) and the two CHECKs judge every link alike; what the trigger stores is what the routine returns.
begin;
select plan(7);

-- given
select make_client();
create temporary table judged (url text) on commit drop;
insert into judged (url) values
    ('https://zoom.us/j/1'), ('HTTP://a'), ('https://a.b:65535/@x?y=@z#@'), ('https://[::1]:1/'), ('https://1.2.3.4'), ('https://münchen.example'),
    ('https://e.co/' || repeat('x', 2035)), ('https://a.b.'), ('https://a{}|^~''[]'),
    ('https://e.co/' || repeat('x', 2036)), ('https://'), ('https://a@b'), ('https://a:b@c'), ('javascript:alert(1)'), ('ftp://a'), ('https:/a'),
    ('https://a b'), ('https://a/"'), ('https://a/<'), ('https://a/>'), ('https://a/`'), (E'https://a/\\'), ('https://1.2.3'), ('https://a:65536'),
    ('https://a..b'), ('https://.'), ('https://?'), ('example.com'), ('https://a%40b');
insert into judged (url) select 'https://a/' || chr(c.code) || 'b' from generate_series(1, 1024) as c (code);
insert into judged (url) select 'https://a/' || chr(c.code) || 'b' from generate_series(8190, 8310) as c (code);
insert into judged (url) select 'https://a' || chr(c.code) || 'b' from generate_series(33, 300) as c (code);
create function pg_temp.check_accepts(constraint_name text, url text) returns boolean language plpgsql as $$
declare
    v_condition text := (select pg_get_expr(k.conbin, k.conrelid) from pg_constraint as k
                          where k.conrelid = 'drip.campaigns'::regclass and k.conname = constraint_name);
    v_accepts boolean;
begin
    execute format('select %s from (values ($1, $1)) as v (zoom_link, resource_link)', v_condition) into v_accepts using url;
    return v_accepts;
end
$$;
create function pg_temp.trigger_stores(column_name text, url text) returns text language plpgsql as $$
declare
    v_stored text;
begin
    execute format('insert into drip.campaigns (client_id, name, %I) values ($1, %L, $2) returning %I', column_name, 'A', column_name)
       into v_stored using the_client(), url;
    return v_stored;
exception when sqlstate 'DR016' then
    return null;
end
$$;

-- then
select is_empty($$select j.url from judged as j where pg_temp.check_accepts('zoom_link_is_a_url', j.url) <> (drip.sanitize_url(j.url) is not null)$$,
                'zoom_link_is_a_url');
select is_empty($$select j.url from judged as j where pg_temp.check_accepts('resource_link_is_a_url', j.url) <> (drip.sanitize_url(j.url) is not null)$$,
                'resource_link_is_a_url');
select is_empty($$select j.url from judged as j where pg_temp.trigger_stores('zoom_link', j.url) is distinct from drip.sanitize_url(j.url)$$, 'zoom_link');
select is_empty($$select j.url from judged as j where pg_temp.trigger_stores('resource_link', j.url) is distinct from drip.sanitize_url(j.url)$$, 'resource_link');
select is((select count(*) from judged as j where drip.sanitize_url(j.url) is null) between 100 and 500, true, 'there were bad ones');
select is(pg_temp.trigger_stores('zoom_link', '  '), null, 'a blank link is stored as none');
select throws_ok($$insert into drip.campaigns (client_id, name, zoom_link) values (the_client(), 'A', 'https://me:secret@zoom.us')$$, 'DR016',
                 'this is no campaign: zoom_link is no http or https URL', 'the error keeps the link to itself');

select * from finish();
rollback;
