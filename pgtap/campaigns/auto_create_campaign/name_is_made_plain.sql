-- The form's name is sanitized and shortened; the word Campaign is never what is cut.
begin;
select plan(10);

-- given
select make_client();
create function pg_temp.name_for(form_id text, form_name text) returns text language plpgsql as $$
declare
    v_id uuid;
begin
    select a.campaign_id into v_id from drip.auto_create_campaign(the_client(), form_id, form_name) as a;
    return (select c.name from drip.campaigns as c where c.id = v_id);
end
$$;

-- then
select is(pg_temp.name_for('f1', '  Free <b>guide</b>  '), 'Free guide Campaign', 'tags go');
select is(pg_temp.name_for('f2', E'Free\u202Eguide\u0007\n now'), 'Freeguide now Campaign', 'bidirectional and control characters go');
select is(pg_temp.name_for('f3', 'Tom & Jerry''s "5 < 6"'), 'Tom & Jerry''s "5 < 6" Campaign', 'what is no tag is kept, unescaped');
select is(pg_temp.name_for('f4', '<script></script>'), 'Form f4 Campaign', 'a name of which nothing is left is none');
select is(pg_temp.name_for('f5', '   '), 'Form f5 Campaign', 'so is a blank one');
select is(pg_temp.name_for('f6', repeat('é', 246)), repeat('é', 246) || ' Campaign', '246 characters fit');
select is(pg_temp.name_for('f7', repeat('é', 247)), repeat('é', 246) || ' Campaign', 'of 247 one is cut');
select is(pg_temp.name_for('f8', repeat('é', 245) || ' éé'), repeat('é', 245) || ' Campaign', 'a cut leaves no white space');
select is(pg_temp.name_for(repeat('x', 255), null), 'Form ' || repeat('x', 241) || ' Campaign', 'a long form id is cut in the name');
select is((select char_length(c.form_id) from drip.campaigns as c where c.name like 'Form xxx%'), 255, 'and not in the form_id');

select * from finish();
rollback;
