"""Each routine stands alone in a file of its name: language, volatility, security, path, body, comment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlparse
from pglast import parser

from pg_drip.migrations import read
from pg_drip.sources import Source, replayed_sources
from tests.support.clusters import ROOT

SQL = ROOT / "sql"
SOURCES = replayed_sources(SQL)
ROUTINES = [source for source in SOURCES if not source.path.startswith("views/")]
VIEWS = [source for source in SOURCES if source.path.startswith("views/")]
COMMITTING = {"sweep_client", "de_enroll_client", "de_enroll_all_clients", "de_enroll_on_schedule"}

HEADER = re.compile(
    r"\Acreate or replace (?P<kind>function|procedure) (?P<schema>drip|drip_internal)\.(?P<name>\w+)"
    r"\((?P<arguments>.*?)\)\n"
    r"(?:returns (?P<returns>.*?)\n)?"
    r"language plpgsql(?: (?P<volatility>immutable|stable|volatile))?(?P<definer> security definer)?\n"
    r"(?P<path>set search_path = pg_catalog, pg_temp(?: set jit = off)?(?: set enable_seqscan = off)?\n)?"
    r"as \$(?P<tag>\w+)\$\n",
    re.DOTALL,
)


@pytest.mark.parametrize("source", ROUTINES, ids=lambda source: source.path)
def test_a_routine_stands_alone_in_a_file_of_its_name(source: Source) -> None:
    header = HEADER.match(source.text)
    assert header, "the file does not begin as STYLE says"
    name = source.path.rsplit("/", 1)[1].removesuffix(".sql")
    schema = "drip" if source.path.startswith("functions/") else "drip_internal"
    assert (header["schema"], header["name"], header["tag"]) == (schema, name, name)
    assert len(source.definitions) == 1
    commits = bool(re.search(r"^\s*commit;", source.text, re.MULTILINE))
    assert commits == (name in COMMITTING)
    if commits:
        # PostgreSQL refuses COMMIT in a procedure with a SET clause or SECURITY DEFINER.
        assert header["kind"] == "procedure"
        assert not header["path"]
        assert not header["definer"]
    else:
        assert header["path"], "search_path is not pinned"
        assert header["volatility"], "volatility is not said"
    assert re.search(
        rf"^comment on {header['kind']} {schema}\.{name}\([^)]*\) is\n'.{{20,}}", source.text, re.MULTILINE
    )
    if header["definer"] and schema == "drip_internal":
        assert "Security definer" in source.text or "security definer" in source.text.split("comment on", 1)[1]


@pytest.mark.parametrize("source", VIEWS, ids=lambda source: source.path)
def test_a_view_stands_alone_in_a_file_of_its_name(source: Source) -> None:
    [(kind, name)] = source.definitions
    assert kind == "view"
    assert source.path == f"views/{name.split('.')[1]}.sql"
    assert "with (security_invoker = true) as" in source.text
    assert re.search(rf"^comment on view {re.escape(name)} is\n'", source.text, re.MULTILINE)


def test_no_name_is_used_twice() -> None:
    names = [name for source in SOURCES for _, name in source.definitions]
    assert len(names) == len(set(names))


def test_migrations_create_no_routine() -> None:
    for path in (SQL / "migrations").glob("*.sql"):
        assert not re.search(
            r"create\s+(or\s+replace\s+)?(function|procedure|view|trigger)", path.read_text(), re.IGNORECASE
        )


def test_every_migration_has_a_rollback() -> None:
    for migration in read(SQL / "migrations"):
        assert (SQL / "migrations" / f"{migration.id}.rollback.sql").is_file()


@pytest.mark.parametrize("path", sorted((SQL / "migrations").glob("*.sql")), ids=lambda path: path.name)
def test_yoyo_splits_a_migration_as_postgresql_does(path: Path) -> None:
    text = path.read_text()

    def bare(statement: str) -> str:
        return " ".join(re.sub(r"^\s*--.*$", "", statement, flags=re.MULTILINE).split()).rstrip("; ")

    expected = [bare(str(statement)) for statement in parser.split(text)]
    assert [bare(statement) for statement in sqlparse.split(text) if bare(statement)] == expected


def test_keywords_are_lower_case() -> None:
    shouting = re.compile(
        r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|BEGIN|END|RETURN|IF|FOR)\b", re.MULTILINE
    )
    for path in SQL.rglob("*.sql"):
        assert not shouting.search(re.sub(r"--.*", "", path.read_text())), path
