-- White space of any kind is one space, and none at the ends.
begin;
select plan(10);

-- then
select is(drip.sanitize_plain_text(c.given), c.wanted, quote_nullable(c.given))
  from (values ('  Ada  ', 'Ada'), ('Ada  Lovelace', 'Ada Lovelace'), (E'Ada\r\n\tLovelace', 'Ada Lovelace'), (E'\nAda\n', 'Ada'),
               (E'Ada\u00A0Lovelace', 'Ada Lovelace'), (E'Ada\u2028\u2029Lovelace', 'Ada Lovelace'), (E'\u3000Ada\u2003', 'Ada'),
               ('   ', null), ('', null), (null, null)) as c (given, wanted);

select * from finish();
rollback;
