-- Known scopes, at least one; a client that exists; an end in the future; a name that fits.
begin;
select plan(16);

-- given
select make_client();

-- then
select is(sqlstate_of(format('select drip.create_api_key(%s)', b.arguments)), b.code, b.arguments)
  from (values
       ('p_scopes => array[]::text[]', 'DR012'), ('p_scopes => null', 'DR012'), ('p_scopes => array[null]', 'DR012'),
       ('p_scopes => array[''root'']', 'DR012'), ('p_scopes => array[''admin'', ''root'']', 'DR012'), ('p_scopes => array[''Admin'']', 'DR012'),
       ('p_expires_at => now()', 'DR012'), ('p_expires_at => now() - interval ''1 second''', 'DR012'), ('p_expires_at => ''infinity''', 'DR012'),
       ('p_expires_at => ''-infinity''', 'DR012'), ('p_name => repeat(''x'', 256)', 'DR012'), ('p_now => null', 'DR012'),
       ('gen_random_uuid()', 'DR001'), ('p_name => repeat(''x'', 255)', null), ('p_name => '' ''', null),
       ('the_client(), array[''admin'', ''leads'', ''webhook'', ''read''], now() + interval ''1 second''', null)) as b (arguments, code);

select * from finish();
rollback;
