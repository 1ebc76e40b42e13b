create or replace function drip.auto_create_campaign(p_client_id uuid, p_form_id text, p_form_name text default null)
returns table (campaign_id uuid, created boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set jit = off
as $auto_create_campaign$
declare
    v_name text;
begin
    created := false;
    select c.id into campaign_id from drip.campaigns as c where c.client_id = p_client_id and c.form_id = p_form_id;
    if found then
        return next;
        return;
    end if;

    perform drip_internal.require_client(p_client_id);
    if p_form_id is null or drip.sanitize_plain_text(p_form_id) is distinct from p_form_id then
        raise exception using
            errcode = 'DR016',
            message = format('this is no campaign: formId %s', drip_internal.form_id_rule()),
            hint    = 'Give the form''s id exactly as the form''s own system has it.';
    end if;
    -- The name is shortened, not the word that makes it a campaign's.
    v_name := coalesce(drip.sanitize_plain_text(p_form_name, 246), 'Form ' || rtrim(left(p_form_id, 241))) || ' Campaign';

    -- Of those who ask for one form at the same time, one inserts; the others wait for it here and find its campaign. Again
    -- only when somebody deleted that one in between.
    loop
        insert into drip.campaigns (client_id, name, form_id, messages, is_paused, auto_discovered)
        values (p_client_id, v_name, p_form_id, drip.default_messages(), true, true)
        on conflict (client_id, form_id) do nothing
        returning id into campaign_id;
        created := found;
        if not created then
            select c.id into campaign_id
              from drip.campaigns as c where c.client_id = p_client_id and c.form_id = p_form_id;
        end if;
        exit when campaign_id is not null;
    end loop;
    return next;
end
$auto_create_campaign$;

comment on function drip.auto_create_campaign(uuid, text, text) is
'The campaign of a form, made when there is none: named "<form''s name> Campaign" or "Form <form''s id> Campaign", with the default message, paused for review, auto_discovered. Returns its id and whether it was made now; calls at the same time make one. A retired campaign with that form is returned as it is. p_form_name: made plain text, shortened to fit. Raises DR001 for an unknown client, DR016 for a form id that is blank, over 255 characters or no plain text.';
