create or replace function drip.reap_runs(p_now timestamptz default now())
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $reap_runs$
declare
    v_reaped bigint;
begin
    perform drip_internal.require_moment(p_now);
    update drip.de_enrollment_runs as r
       set status = 'crashed',
           finished_at = greatest(r.started_at, r.heartbeat_at),
           error_message = coalesce(r.error_message, 'The session that drove this run is gone.')
     -- One that its caller holds, in a transaction of its own, is left to the next minute: the reaper waits for nobody.
     where r.id = any (array(
           select d.id from drip.de_enrollment_runs as d
            where d.finished_at is null
              and case d.driver
                   -- A cancel between two batches leaves the lock with a session that lives on; but one that sweeps is in a
                   -- transaction, save for an instant at each COMMIT.
                   when 'procedure' then not exists (
                        select from pg_locks as k
                         where k.locktype = 'advisory' and k.classid = 20037 and k.objsubid = 2
                           and k.objid = d.lock_id::oid
                           and k.database = (select b.oid from pg_database as b where b.datname = current_database())
                           and (d.heartbeat_at >= p_now - interval '5 minutes' or exists (
                                select from pg_locks as v where v.locktype = 'virtualxid' and v.pid = k.pid and v.granted
                                   and v.virtualxid = v.virtualtransaction)))
                   -- A fleet run lives through its clients' runs too.
                   else d.heartbeat_at < p_now - interval '5 minutes' and not exists (
                        select from drip.de_enrollment_runs as c
                         where c.fleet_run_id = d.id
                           and (c.finished_at is null or c.heartbeat_at >= p_now - interval '5 minutes'))
                   end
              for no key update skip locked));
    get diagnostics v_reaped = row_count;
    return v_reaped;
end
$reap_runs$;

comment on function drip.reap_runs(timestamptz) is
'Marks running sweeps that are dead as crashed, and returns how many: a procedure''s run without its advisory lock, or whose session holds that but has been in no transaction since a heartbeat five minutes ago, a caller''s run without a sign of life for five minutes. Nothing that lives is marked. Runs each minute. What a crashed run did is committed and correct; the next sweep goes on. Raises DR012 when p_now is no point in time.';
