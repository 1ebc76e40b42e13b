-- Reviving is refused; everything else of a retired campaign may change.
begin;
select plan(4);

-- given
select make_client();
select make_campaign(is_active => false);

-- then
select throws_ok($$update drip.campaigns as c set is_active = true where c.id = the_campaign()$$, 'DR008',
                 format('campaign %s is retired, and that is final', the_campaign()), 'it cannot be revived');
select throws_ok($$update drip.campaigns as c set is_active = true, deactivated_at = null where c.id = the_campaign()$$, 'DR008',
                 null, 'not by taking the stamp away either');
select is((select c.is_active from drip.campaigns as c where c.id = the_campaign()), false, 'it stays retired');
select lives_ok($$update drip.campaigns as c set name = 'Spring (old)', is_active = false where c.id = the_campaign()$$, 'it can be renamed');

select * from finish();
rollback;
