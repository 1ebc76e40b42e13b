create or replace function drip_internal.find_message_problem(p_messages jsonb)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $find_message_problem$
declare
    v_message jsonb;
    v_step    integer := 0;
    v_unknown text;
begin
    if jsonb_typeof(p_messages) is distinct from 'array' then
        return 'messages is no array';
    elsif jsonb_array_length(p_messages) > 50 then
        return format('messages has %s entries, 50 are allowed', jsonb_array_length(p_messages));
    elsif octet_length(p_messages::text) > 65536 then
        return format('messages has %s bytes, 65,536 are allowed', octet_length(p_messages::text));
    end if;

    for v_message in select m.message from jsonb_array_elements(p_messages) as m (message) loop
        v_step := v_step + 1;
        if jsonb_typeof(v_message) <> 'object' then
            return format('message %s is no object', v_step);
        end if;
        select k.name into v_unknown
          from jsonb_object_keys(v_message) as k (name)
         where k.name not in ('step', 'delayMinutes', 'text', 'type')
         order by k.name limit 1;
        if v_unknown is not null then
            return format('message %s has an unknown key, %s', v_step, v_unknown);
        elsif v_message -> 'step' is distinct from to_jsonb(v_step) then
            return format('message %s has step %s; steps are 1 to n in order', v_step,
                          coalesce(v_message ->> 'step', 'null'));
        elsif jsonb_typeof(v_message -> 'delayMinutes') is distinct from 'number' then
            return format('message %s: delayMinutes is no number', v_step);
        elsif (v_message ->> 'delayMinutes')::numeric not between 0 and 525600
              or (v_message ->> 'delayMinutes')::numeric % 1 <> 0 then
            return format('message %s: delayMinutes is no whole number from 0 to 525,600', v_step);
        elsif jsonb_typeof(v_message -> 'text') is distinct from 'string'
              or char_length(v_message ->> 'text') not between 1 and 1600 then
            return format('message %s: text is no string of 1 to 1,600 characters', v_step);
        elsif jsonb_typeof(v_message -> 'type') is distinct from 'string'
              or v_message ->> 'type' not in ('sms', 'email') then
            return format('message %s: type is neither sms nor email', v_step);
        end if;
    end loop;
    return null;
end
$find_message_problem$;

comment on function drip_internal.find_message_problem(jsonb) is
'What keeps this jsonb from being a message sequence, in words, or null when it is one. The constraint messages_are_a_sequence says the same without it.';
