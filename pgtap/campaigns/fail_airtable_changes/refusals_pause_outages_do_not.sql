-- A refused record pauses for 1 minute, 2, 4, … an hour, or until it changes; an outage is nobody's fault.
begin;
select plan(24);

-- given
select start_empty();
delete from drip.airtable_outbox;
select make_client();
select make_campaign('A');
create function pg_temp.claim(at timestamptz default now()) returns uuid language sql as
$$select a.claim_id from drip.claim_airtable_changes(p_now => at) as a limit 1$$;
create function pg_temp.outbox() returns jsonb language sql as
$$select jsonb_build_array(o.attempts, extract(epoch from o.retry_at - now())::integer, o.last_error, o.claim_id is null)
    from drip.airtable_outbox as o order by o.id limit 1$$;

-- an outage
select is(drip.fail_airtable_changes(pg_temp.claim(), 'down', 503), 1::bigint, 'a 503 gives one back');
select is(pg_temp.outbox(), '[0, null, "down", true]', 'without an attempt or a pause');
select is(drip.fail_airtable_changes(pg_temp.claim(), 'no answer'), 1::bigint, 'so does no answer');
select is(pg_temp.outbox(), '[0, null, "no answer", true]', 'likewise');
select is(drip.fail_airtable_changes(pg_temp.claim(), null), 1::bigint, 'without an error');
select is(pg_temp.outbox(), '[0, null, "no answer", true]', 'the one before stays');

-- refusals
select is(drip.fail_airtable_changes(pg_temp.claim(now() + interval '1 day' * a.attempt), 'bad', 422, now()), 1::bigint,
          format('refused %s times', a.attempt))
  from generate_series(1, 7) as a (attempt);
select is(pg_temp.outbox(), '[7, 3600, "bad", true]', 'after 1, 2, 4, 8, 16, 32 minutes an hour is the most');
select is(pg_temp.claim(now() + interval '59 minutes'), null, 'not before');
select isnt(pg_temp.claim(now() + interval '60 minutes'), null, 'then again');
select is(drip.fail_airtable_changes((select o.claim_id from drip.airtable_outbox as o), repeat('x', 2000), 413), 1::bigint, 'too large is refused too');
select is((select length(o.last_error) from drip.airtable_outbox as o), 1000, 'of a long error 1,000 characters are kept');
select is(pg_temp.claim(), null, 'it pauses');
update drip.campaigns as c set name = 'A 2' where c.id = the_campaign();
select isnt(pg_temp.claim(), null, 'but a change may have mended it');
select is(drip.fail_airtable_changes((select o.claim_id from drip.airtable_outbox as o where o.claim_id is not null), 'bad', 400), 1::bigint, 'it has not');
select is(pg_temp.claim(), null, 'so it pauses again');
select is(drip.fail_airtable_changes(gen_random_uuid(), 'bad', 422), 0::bigint, 'a claim that nobody made fails nothing');
select throws_ok($$select drip.fail_airtable_changes(gen_random_uuid(), 'bad', 422, 'infinity')$$, 'DR012', null, 'the moment is one');

select * from finish();
rollback;
