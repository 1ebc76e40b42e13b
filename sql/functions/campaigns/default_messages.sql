create or replace function drip.default_messages()
returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $default_messages$
begin
    return jsonb_build_array(jsonb_build_object(
        'step', 1,
        'delayMinutes', 0,
        'text', 'Hi {{firstName}}, thank you for your interest! We''ll be in touch soon.',
        'type', 'sms'));
end
$default_messages$;

comment on function drip.default_messages() is
'The sequence of a campaign that was created by itself: one SMS, at once.';
