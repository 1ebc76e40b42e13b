-- UNIQUE (client_id, form_id); campaigns without a form are not compared.
begin;
select plan(4);

-- given
select make_client('Other');
select make_client('Acme');
select make_campaign('Welcome', form_id => 'form_1');

-- then
select throws_ok($$select make_campaign('Again', form_id => 'form_1')$$, '23505', null, 'a second campaign for the form is refused');
select lives_ok($$select make_campaign('Other form', form_id => 'form_2')$$, 'another form is not');
select lives_ok($$select make_campaign('Theirs', the_client('Other'), form_id => 'form_1')$$, 'nor the same form of another client');
select lives_ok($$select make_campaign('No form'), make_campaign('No form either')$$, 'nor two without a form');

select * from finish();
rollback;
