-- Unknown client, batch size out of range: nothing is opened.
begin;
select plan(6);

-- given
select make_client();

-- then
select throws_ok($$select drip.start_de_enrollment_run('00000000-0000-0000-0000-000000000000')$$,
                 'DR001', 'client 00000000-0000-0000-0000-000000000000 is not known', 'an unknown client');
select throws_ok($$select drip.start_de_enrollment_run(the_client(), 0)$$,
                 'DR005', 'batch size 0 is not between 1 and 10,000', 'batch size 0');
select throws_ok($$select drip.start_de_enrollment_run(the_client(), 10001)$$,
                 'DR005', 'batch size 10001 is not between 1 and 10,000', 'batch size 10,001');
select throws_ok($$select drip.start_de_enrollment_run(the_client(), null)$$,
                 'DR005', 'batch size null is not between 1 and 10,000', 'batch size null');
select is_empty('select from drip.de_enrollment_runs as r where r.client_id = the_client()', 'no run was opened');
select lives_ok('select drip.start_de_enrollment_run(the_client(), 10000)', '10,000 is allowed');

select * from finish();
rollback;
