-- Critical when the last sweep that ended well is over an hour old, or there was none and leads are due.
begin;
select plan(6);

-- given
select start_empty();
select make_client();
select make_campaign(steps => 1);
select is(health('last_sweep'), 'ok null', 'no sweep and nobody due: ok');
select make_lead(at_position => 1);
select is(health('last_sweep'), 'critical null', 'no sweep and somebody due: critical');
select make_old_run('failed', finished_at => now() - interval '1 minute');
select is(health('last_sweep'), 'critical null', 'a failed one is none');
select make_old_run('succeeded', finished_at => now() - interval '61 minutes');
select is(health('last_sweep'), 'critical 61', '61 minutes ago: critical');
select make_old_run('partial', finished_at => now() - interval '59 minutes');
select is(health('last_sweep'), 'ok 59', '59 minutes ago, partial: ok');
select make_old_run('succeeded', finished_at => now() - interval '90 seconds');
select is(health('last_sweep'), 'ok 1.5', 'the latest counts');

select * from finish();
rollback;
