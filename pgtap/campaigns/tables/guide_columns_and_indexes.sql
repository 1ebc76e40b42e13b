-- The columns and indexes that the guide names, by its names.
begin;
select plan(37);

select has_column('drip'::name, 'leads'::name, c.name::name, 'leads has ' || c.name)
  from (values ('completed_at'), ('campaign_history'), ('campaign_link_id'), ('current_message_position'), ('is_active'),
               ('opted_out'), ('first_name'), ('last_name')) as c (name);
select has_column('drip'::name, 'campaigns'::name, c.name::name, 'campaigns has ' || c.name)
  from (values ('messages'), ('message_template'), ('is_active'), ('is_paused'), ('active_leads_count'), ('completed_leads_count'),
               ('opted_out_count'), ('booked_count'), ('deactivated_at'), ('last_enrollment_at'), ('auto_discovered'),
               ('form_id'), ('campaign_type'), ('webinar_datetime'), ('zoom_link'), ('resource_name'), ('resource_link'),
               ('created_at')) as c (name);
select has_index('drip'::name, 'leads'::name, i.name::name, 'leads has ' || i.name)
  from (values ('idx_leads_campaign_history'), ('idx_leads_completed_at')) as i (name);
select has_index('drip'::name, 'campaigns'::name, i.name::name, 'campaigns has ' || i.name)
  from (values ('idx_campaigns_is_active'), ('idx_campaigns_auto_discovered'), ('idx_campaigns_last_enrollment')) as i (name);
select col_default_is('drip'::name, 'campaigns'::name, c.name::name, c.value, c.name || ' is ' || c.value || ' by default')
  from (values ('active_leads_count', '0'), ('completed_leads_count', '0'), ('opted_out_count', '0'), ('booked_count', '0'),
               ('is_active', 'true'), ('auto_discovered', 'false')) as c (name, value);

select * from finish();
rollback;
