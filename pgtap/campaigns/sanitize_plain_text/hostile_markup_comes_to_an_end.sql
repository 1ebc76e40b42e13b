-- A megabyte that is made to keep the routine busy: what is left after one round is done with in a few more.
begin;
-- A guard, so that a round for each of its 500,000 tags ends some day; nothing waits for it to pass.
set local statement_timeout = '60s';
select plan(5);

-- then
select isnt(drip.sanitize_plain_text(repeat('<', 500000) || repeat('b>', 250000) || 'Ada'), null, 'tags in tags');
select isnt(drip.sanitize_plain_text(repeat('</', 250000) || repeat('b>', 250000) || 'Ada'), null, 'closing tags in closing tags');
select is(drip.sanitize_plain_text(repeat('<b', 500000)), null, 'tags that never close');
select is(drip.sanitize_plain_text(repeat('<!--', 250000)), null, 'comments that never close');
select isnt(drip.sanitize_plain_text(repeat('<!--<', 100000) || repeat('-->b>', 100000) || 'Ada'), null, 'comments between brackets');

select * from finish();
rollback;
