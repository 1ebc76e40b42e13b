-- The roles, and the deployer's membership in their owner. First of all in a deploy: who may not do this shall not begin.

do $create_roles$
declare
    v_role text;
begin
    foreach v_role in array array['drip_owner', 'drip_api', 'drip_cron', 'drip_readonly'] loop
        if to_regrole(v_role) is null then
            begin
                execute format('create role %I nologin', v_role);
            exception when duplicate_object or unique_violation then
                null;  -- a deploy into another database of this cluster was faster
            end;
        end if;
    end loop;
    -- Who deploys acts for the owner. From 16 on, having created a role does not include that.
    if not pg_has_role(current_user, 'drip_owner', 'usage') then
        execute format('grant drip_owner to %I', current_user);
    end if;
    if current_setting('server_version_num')::integer >= 160000
       and not pg_has_role(current_user, 'drip_owner', 'set') then
        execute format('grant drip_owner to %I with inherit true, set true', current_user);
    end if;
end
$create_roles$;
