-- A megabyte that is made to keep the routine busy: a minute would be far more than it needs.
begin;
set local statement_timeout = '60s';
select plan(5);

-- then
select is(drip.sanitize_plain_text(repeat('<', 500000) || repeat('b>', 250000) || 'Ada') is not null, true, 'tags in tags');
select is(drip.sanitize_plain_text(repeat('</', 250000) || repeat('b>', 250000)) is not null, true, 'closing tags in closing tags');
select is(drip.sanitize_plain_text(repeat('<b', 500000)), null, 'tags that never close');
select is(drip.sanitize_plain_text(repeat('<!--', 250000)), null, 'comments that never close');
select is(char_length(drip.sanitize_plain_text(repeat('<!--<', 150000) || repeat('-->b>', 100000))), 255, 'comments between brackets');

select * from finish();
rollback;
