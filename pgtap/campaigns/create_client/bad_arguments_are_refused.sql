-- A name of 1 to 255 characters, a time zone that exists.
begin;
select plan(7);

select throws_ok($$select drip.create_client('')$$, 'DR012', 'a client''s name has 1 to 255 characters', 'no name');
select throws_ok($$select drip.create_client('   ')$$, 'DR012', 'a client''s name has 1 to 255 characters', 'a blank one');
select throws_ok($$select drip.create_client(null)$$, 'DR012', 'a client''s name has 1 to 255 characters', 'null');
select throws_ok($$select drip.create_client(repeat('x', 256))$$, 'DR012', 'a client''s name has 1 to 255 characters', '256 characters');
select lives_ok($$select drip.create_client(repeat('é', 255))$$, '255 are allowed');
select throws_ok($$select drip.create_client('Acme', 'Mars/Base')$$, 'DR012', 'time zone Mars/Base is not known', 'an unknown time zone');
select throws_ok($$select drip.create_client('Acme', null)$$, 'DR012', 'time zone null is not known', 'no time zone');

select * from finish();
rollback;
