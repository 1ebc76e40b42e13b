-- http and https URLs with a host are kept, white space around them goes, everything else is none.
begin;
select plan(87);

-- given
select make_client();

-- kept
select is(drip.sanitize_url(k.url), k.url, 'kept: ' || left(k.url, 60))
  from (values
       ('https://zoom.us/j/123456'), ('http://example.com'), ('https://example.com/'), ('HTTPS://EXAMPLE.COM/A'), ('https://example.com.'),
       ('https://localhost:3000/x'), ('https://example.com:65535'), ('https://example.com:0/'), ('https://a-b.c_d.example/path?q=1&r=%20#frag'),
       ('https://medium.com/@user'), ('https://example.com?next=https://a@b'), ('https://example.com#@x'), ('https://127.0.0.1:8080/x'),
       ('https://255.255.255.255'), ('https://[::1]/x'), ('http://[2001:db8::1]:80'), ('https://münchen.example/ü'), ('https://例え.テスト'),
       ('https://1.example'), ('https://example.com/it''s(ok)!*;,$[]{}|^~'), ('https://us02web.zoom.us/j/81?pwd=Q1.1'),
       ('https://e.co/' || repeat('x', 2035))) as k (url);

-- changed
select is(drip.sanitize_url(E' \t\n https://example.com/a \r\n'), 'https://example.com/a', 'white space at the ends goes');

-- none
select is(drip.sanitize_url(n.url), null, 'none: ' || left(coalesce(n.url, 'null'), 60))
  from (values
       (null), (''), ('  '), ('example.com'), ('//example.com'), ('/path'), ('https:example.com'), ('https:/example.com'), ('https//example.com'),
       ('javascript:alert(1)'), ('JaVaScRiPt:alert(1)//https://example.com'), (E'java\nscript:alert(1)'), ('data:text/html,<b>'), ('vbscript:x'),
       ('ftp://example.com'), ('file:///etc/passwd'), ('mailto:a@example.com'), ('xhttps://example.com'), ('https://https'||'://example.com'),
       ('https://'), ('https:///path'), ('https://?q'), ('https://#f'), ('https://:443'), ('https://.'), ('https://..'), ('https://a..b'), ('https://.a'),
       ('https://a@b'), ('https://a:b@c.example'), ('https://@example.com'), ('https://example.com@evil.example/'), ('https://a%40b/'),
       (E'https://good.example\\@evil.example'), (E'https:\\\\example.com'), ('https://exa mple.com'), ('https://example.com/a b'),
       (E'https://example.com/\u0001'), (E'https://example.com/a\nb'), (E'https://example.com/a\tb'), (E'https://example.com/\u007F'),
       (E'https://example.com/\u0085'), (E'https://example.com/\u202Egnp.exe'), (E'https://example.com/\u2066x'), (E'https://exa\u200Bmple.com'),
       (E'https://example.com/\uFEFF'), (E'https://example.com/\u00A0'), (E'https://example.com/\u3000x'), (E'https://example.com/\u2028'),
       ('https://example.com/<script>'), ('https://example.com/"onload="x'), ('https://example.com/`x`'), ('https://example.com:'),
       ('https://example.com:65536'), ('https://example.com:8o'), ('https://example.com:443:443'), ('https://256.1.1.1'), ('https://1.2.3'),
       ('https://12345'), ('https://[::1'), ('https://[:]/'), ('https://[example.com]'), ('https://e.co/' || repeat('x', 2036))) as n (url);

-- the constraint
select is_empty(
    $$select 1 from pg_constraint as k
       where k.conrelid = 'drip.campaigns'::regclass and k.conname in ('zoom_link_is_a_url', 'resource_link_is_a_url') and not k.convalidated$$,
    'both constraints are validated');

select * from finish();
rollback;
