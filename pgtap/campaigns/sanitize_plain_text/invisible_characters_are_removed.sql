-- Control, zero-width and bidirectional characters go. So an emoji joined by zero-width joiners becomes its parts.
begin;
select plan(9);

-- given
create function pg_temp.around(code integer) returns text language sql immutable as
$$select drip.sanitize_plain_text('A' || chr(code) || 'B')$$;

-- then
select is_empty(
    $$select c.code from generate_series(1, 159) as c (code)
       where (c.code < 32 or c.code >= 127) and c.code not in (9, 10, 11, 12, 13) and pg_temp.around(c.code) <> 'AB'$$, 'C0, DEL and C1');
select is_empty($$select c.code from generate_series(32, 126) as c (code) where pg_temp.around(c.code) not in ('A' || chr(c.code) || 'B', 'A B', 'A')$$,
                'what can be printed stays');
select is_empty(
    $$select c.code from unnest(array[173, 1564, 8203, 8206, 8207, 8234, 8235, 8236, 8237, 8238, 8288, 8289, 8294, 8295, 8296, 8297,
                                      65279, 65529, 65530, 65531]) as c (code)
       where pg_temp.around(c.code) <> 'AB'$$, 'soft hyphen, zero-width, bidirectional, byte order mark');
select is(drip.sanitize_plain_text(E'\U0001F468\u200D\U0001F469\u200D\U0001F467 Ada'), E'\U0001F468\u200D\U0001F469\u200D\U0001F467 Ada',
          'a family stays together');
select is(drip.sanitize_plain_text(E'\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645'), E'\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645', 'a joiner within a word stays');
select is(drip.sanitize_plain_text(E'\u200DAda \u200C\u200D Lovelace\u200C \u200D'), 'Ada Lovelace', 'one without neighbours goes');
select is(drip.sanitize_plain_text(E'Ad\u200Da', 3), 'Ad', 'also where the text was cut');
select is(drip.sanitize_plain_text(E'José \u4E2D\u6587 \u0627\u0644\u0639\u0631\u0628\u064A\u0629 \U0001F600'),
          E'José \u4E2D\u6587 \u0627\u0644\u0639\u0631\u0628\u064A\u0629 \U0001F600', 'every script stays');
select is(drip.sanitize_plain_text(E'\u200B\u202E\u0007'), null, 'nothing else: null');

select * from finish();
rollback;
