-- Per client one lead per phone and per e-mail address, whatever its case; another client may know the same person.
begin;
select plan(4);

-- given
select make_client('Other');
select make_client('Acme');
select make_lead('Ann', campaign => null, phone => '+15550001111', email => 'ann@example.com');

-- then
select throws_ok($$select make_lead('Phone', campaign => null, phone => '+15550001111')$$, '23505', null, 'the same phone is refused');
select throws_ok($$select make_lead('E-mail', campaign => null, email => 'ANN@example.com')$$, '23505', null, 'the same address in capitals is refused');
select lives_ok($$select make_lead('Theirs', the_client('Other'), null, phone => '+15550001111', email => 'ann@example.com')$$,
                'another client''s lead is not');
select lives_ok($$select make_lead('Nobody', campaign => null, phone => null), make_lead('Nobody else', campaign => null, phone => null)$$,
                'two without either are not');

select * from finish();
rollback;
