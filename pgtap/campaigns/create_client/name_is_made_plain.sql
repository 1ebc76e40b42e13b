-- A client's name is plain text, like every text that is stored.
begin;
select plan(5);

-- given
create function pg_temp.name_of(name text) returns text language plpgsql as $$
declare
    v_id uuid := drip.create_client(name);
begin
    return (select c.name from drip.clients as c where c.id = v_id);
end
$$;

-- then
select is(pg_temp.name_of(E' Bright \t<b>Smile</b>\u202E Dental\u0007 '), 'Bright Smile Dental', 'tags, control and bidirectional characters go');
select is(pg_temp.name_of('O''Neil & Sons "5 < 6"'), 'O''Neil & Sons "5 < 6"', 'what is no tag is kept, unescaped');
select throws_ok($$select drip.create_client('<br>')$$, 'DR012', 'a client''s name has 1 to 255 characters', 'nothing but a tag is blank');
select is(pg_temp.name_of('<i>' || repeat('x', 255) || '</i>'), repeat('x', 255), 'the length counts without them');
select throws_ok($$select drip.create_client(repeat('x', 255) || ' y')$$, 'DR012', 'a client''s name has 1 to 255 characters', 'a longer name is refused, not cut');

select * from finish();
rollback;
