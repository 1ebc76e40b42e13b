"""What the documents promise is there, and what is there stands in the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from pg_drip import errors
from pg_drip.cli import cli
from tests.support.clusters import ROOT, Database

README = (ROOT / "README.md").read_text()


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_api_table_is_the_api(database: Database) -> None:
    with database.connect() as connection:
        query = (
            "select p.proname, array(select a.name from unnest(p.proargnames, coalesce(p.proargmodes, "
            "       array_fill('i'::\"char\", array[p.pronargs]))) as a (name, mode) where a.mode = 'i') "
            "  from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where n.nspname = 'drip'"
        )
        routines: dict[str, list[str]] = dict(connection.execute(query).fetchall())
        views = {
            name for (name,) in connection.execute("select v.viewname from pg_views as v where v.schemaname = 'drip'")
        }
        tables = {
            name for (name,) in connection.execute("select t.tablename from pg_tables as t where t.schemaname = 'drip'")
        }
    documented = dict(re.findall(r"^\| `(?:call )?(\w+)\(([^)]*)\)` \|", README, re.MULTILINE))
    assert {name: ", ".join(arguments) for name, arguments in routines.items()} == documented
    assert set(re.findall(r"^\| `(\w+)` \| view:", README, re.MULTILINE)) == views
    [listed] = re.findall(r"^Tables: (.*?)\. Plain", README, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == tables


def test_every_public_object_has_a_comment(database: Database) -> None:
    with database.connect() as connection:
        without = connection.execute(
            "select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace "
            " where n.nspname in ('drip', 'drip_internal') and obj_description(p.oid, 'pg_proc') is null "
            " union all "
            "select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
            " where n.nspname in ('drip', 'drip_internal') and c.relkind in ('r', 'v') and c.relname !~ 'yoyo' "
            "   and obj_description(c.oid, 'pg_class') is null"
        ).fetchall()
    assert without == []


def commands(group: click.Group, prefix: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


def test_every_command_stands_in_the_table() -> None:
    rows = re.findall(r"^\| (`pg-drip .*?) \|", README, re.MULTILINE)
    words = {word for row in rows for word in re.findall(r"[a-z]+(?:-[a-z]+)*", row.replace("pg-drip", ""))}
    for command in commands(cli):
        assert set(command.split()) <= words, command


def test_the_first_steps_work(database: Database) -> None:
    [script] = fenced("sql")
    with database.connect() as connection:
        for statement in re.split(r";\s*\n", script):
            if statement.strip():
                connection.execute(statement)
        outcome = connection.execute("select j.outcome, j.messages_received from drip.lead_journey as j").fetchall()
        counts = connection.execute("select c.completed_leads_count from drip.campaign_statistics as c").fetchall()
    assert outcome == [("completed", 2)]
    assert counts == [(1,)]


def test_every_error_code_is_documented_and_mapped() -> None:
    documented = dict(
        re.findall(r"^\| (DR\d{3}) \|.*\| `(\w+)` \|$", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)
    )
    raised = {code for path in (ROOT / "sql").rglob("*.sql") for code in re.findall(r"'(DR\d{3})'", path.read_text())}
    assert raised <= set(documented)
    assert documented == {code: exception.__name__ for code, exception in errors._BY_CODE.items()}


def test_every_raise_has_a_code_and_a_hint() -> None:
    for path in (ROOT / "sql").rglob("*.sql"):
        for statement in re.findall(r"raise exception.*?;\n", path.read_text(), re.DOTALL):
            # serialization_failure: clients know to try that again.
            code = r"'(?:DR\d{3}|serialization_failure)'"
            assert re.search(rf"using\s+errcode = {code},\s+message = .*?hint\s+= '", statement, re.DOTALL), path


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)`?", README)) <= targets
