-- 255 characters unless told otherwise, counted after everything else is removed; no space at the cut.
begin;
select plan(8);

-- then
select is(char_length(drip.sanitize_plain_text(repeat('x', 255))), 255, '255 fit');
select is(char_length(drip.sanitize_plain_text(repeat('x', 256))), 255, 'the 256th does not');
select is(char_length(drip.sanitize_plain_text(repeat(E'\U0001F600', 300))), 255, 'characters, not bytes');
select is(drip.sanitize_plain_text(repeat('<b>', 300) || 'Ada'), 'Ada', 'what is removed does not count');
select is(drip.sanitize_plain_text('Ada Lovelace', 4), 'Ada', 'no space at the cut');
select is(drip.sanitize_plain_text('Ada', 0), null, 'none fit');
select is(drip.sanitize_plain_text('Ada', -1), null, 'fewer than none neither');
select is(drip.sanitize_plain_text(drip.sanitize_plain_text(' <b> Ada <!-- --> L', 4), 4), drip.sanitize_plain_text(' <b> Ada <!-- --> L', 4), 'twice is once');

select * from finish();
rollback;
