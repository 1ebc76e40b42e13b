create or replace procedure drip.de_enroll_on_schedule(
    p_schedule     text default 'de-enroll',
    p_batch_size   integer default 1000,
    p_now          timestamptz default null,
    inout p_run_id uuid default null
)
language plpgsql
as $de_enroll_on_schedule$
declare
    v_budget interval;
begin
    -- First of all: within somebody's transaction this fails, before anything is done or locked.
    commit;
    set transaction isolation level read committed;
    v_budget := drip_internal.take_turn(p_schedule);
    commit;
    set transaction isolation level read committed;
    p_run_id := null;
    if v_budget is not null then
        call drip.de_enroll_all_clients(p_batch_size, v_budget, p_now, p_run_id);
        perform drip_internal.end_turn(p_schedule);
    end if;
end
$de_enroll_on_schedule$;

comment on procedure drip.de_enroll_on_schedule(text, integer, timestamptz, uuid) is
'drip.de_enroll_all_clients as the schedule runs it. Its time budget is four fifths of the shortest time between two runs of p_schedule, a name in drip.schedules, so it follows drip.set_schedule(). Comes back at once, p_run_id null, while another run of the schedule is at work, so that runs which were missed do not pile up; a sweep by hand is neither refused nor counted. p_batch_size: leads per transaction, 1 to 10,000. p_now: the moment to record (default: each batch''s own). Must be the only statement of its transaction. Raises DR005 for a batch size out of range, DR012 for a p_now that is no point in time, DR014 for an unknown schedule.';
