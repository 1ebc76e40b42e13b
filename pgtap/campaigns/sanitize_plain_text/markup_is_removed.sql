-- Tags and comments go, their text stays; a lone bracket is text. What was kept apart by what is removed makes no new tag.
begin;
select plan(22);

-- then
select is(drip.sanitize_plain_text(c.given), c.wanted, coalesce(c.given, 'null'))
  from (values ('Ada', 'Ada'), ('<b>Ada</b>', 'Ada'), ('<a href="x" onclick=''y''>Ada</a> Lovelace', 'Ada Lovelace'),
               ('Ada<br/>Lovelace', 'AdaLovelace'), ('<script>alert(1)</script>', 'alert(1)'),
               ('<scr<script>ipt>Ada', 'ipt>Ada'), ('<<b>b>Ada', 'b>Ada'), ('Ada <img src=x onerror=y', 'Ada'),
               ('<?php x ?>Ada<!DOCTYPE html>', 'Ada'), ('a<b and c', 'a'), ('1 < 2 > 0', '1 < 2 > 0'), ('I <3 you', 'I <3 you'),
               ('Tom & Jerry', 'Tom & Jerry'), ('&lt;b&gt;', '&lt;b&gt;'), ('<b', null), ('<!-- Ada', null),
               ('Ada <!-- x --> Lovelace', 'Ada Lovelace'), ('Ada <!-- <b> --> Lovelace', 'Ada Lovelace'),
               ('a <!-- x --> Ada <!-- y --> b', 'a Ada b'), ('<b>a</b> <!-- x --> c', 'a c'), ('<<!-- -->b>Ada', 'b>Ada'),
               (E'<\u200Bb>Ada<\u0001/b>', 'Ada')) as c (given, wanted);

select * from finish();
rollback;
