-- A batch makes deferred constraints of drip's tables fail at once; the caller's own on other tables wait for COMMIT.
begin;
select plan(2);

-- given
create table public.parents (id integer primary key);
create table public.children (parent_id integer references public.parents (id) deferrable initially deferred);
select make_client();
select make_campaign(steps => 1);
select make_lead(at_position => 1);
select make_run();

-- when
insert into public.children (parent_id) values (1);

-- then
select is((select p.processed from drip.process_de_enrollment_batch(the_run(), array[the_lead()]) as p), 1::bigint, 'the lead leaves');
insert into public.parents (id) values (1);
select lives_ok('set constraints all immediate', 'and the caller had the time to keep the constraint');

select * from finish();
rollback;
