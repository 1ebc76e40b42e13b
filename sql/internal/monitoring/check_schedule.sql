create or replace function drip_internal.check_schedule()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $check_schedule$
declare
    v_bare text;
begin
    new.cron_expression := (drip_internal.parse_cron(new.cron_expression)).expression;
    new.command := btrim(new.command, E' \t\r\n;');
    -- Without what is quoted, where a semicolon ends nothing.
    v_bare := regexp_replace(new.command, '\$(\w*)\$.*?\$\1\$|''(?:[^'']|'''')*''|"[^"]*"', '', 'g');
    if new.command = '' or v_bare like '%;%' then
        raise exception using
            errcode = 'DR012',
            message = format('the command of schedule %s is not one statement', new.name),
            hint    = 'Give one statement; what takes several belongs into a function or a DO block.';
    end if;
    if tg_op = 'INSERT' or (new.cron_expression, new.command, new.purpose, new.enabled)
                           is distinct from (old.cron_expression, old.command, old.purpose, old.enabled) then
        new.updated_at := now();
    end if;
    return new;
end
$check_schedule$;

comment on function drip_internal.check_schedule() is
'Trigger: refuses a cron expression that is none, or a command that is not one statement (DR012), stores both in their plain form, stamps updated_at. Security definer: who may write the table needs no rights on the machinery.';

create or replace trigger schedules_check
before insert or update on drip.schedules
for each row execute function drip_internal.check_schedule();
