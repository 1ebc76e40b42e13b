-- Where the result depends on the time, the time is an argument: p_now, now() unless told otherwise.
begin;
select plan(2);

select set_eq(
    $$select p.proname::text from pg_proc as p
       where p.pronamespace = 'drip'::regnamespace and not 'p_now' = any (coalesce(p.proargnames, '{}'))$$,
    $$values ('create_client'), ('fold_campaign_stats'), ('get_de_enrollment_runs'), ('verify_campaign_stats'),
             ('set_schedule'), ('enable_schedule'), ('disable_schedule'), ('sanitize_plain_text'),
             ('sanitize_url'), ('default_messages'), ('describe_campaign'), ('list_campaigns'), ('auto_create_campaign'),
             ('pause_campaign'), ('resume_campaign'), ('delete_campaign'),
             ('get_deployment'), ('get_lead_client'), ('get_de_enrollment_health'), ('get_lead_journey'), ('get_recent_exits'),
             ('complete_airtable_changes'), ('queue_airtable_changes')$$,
    'only what does not depend on it goes without');
select is_empty(
    $$select p.oid::regprocedure from pg_proc as p
       where p.pronamespace = 'drip'::regnamespace and 'p_now' = any (p.proargnames)
         and pg_get_function_arguments(p.oid) !~ 'p_now timestamp with time zone DEFAULT (now\(\)|NULL::timestamp with time zone)'$$,
    'and each has a default');

select * from finish();
rollback;
