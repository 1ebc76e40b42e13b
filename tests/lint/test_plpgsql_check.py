"""plpgsql_check over every routine and trigger, with all its warnings; and pgspot over every file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.lint.test_sql_files import COMMITTING, SOURCES, SQL
from tests.support.clusters import Database

ALL_WARNINGS = (
    "other_warnings => true, performance_warnings => true, extra_warnings => true, "
    "security_warnings => true, compatibility_warnings => true"
)


def test_plpgsql_check_finds_nothing(database15: Database) -> None:
    with database15.connect() as connection:
        routines = connection.execute(
            f"""
            select p.oid::regprocedure::text, c.functionid::text, c.lineno, c.level, c.message, c.detail, c.hint
              from pg_proc as p
              join pg_namespace as n on n.oid = p.pronamespace
             cross join lateral plpgsql_check_function_tb(p.oid, {ALL_WARNINGS}) as c
             where n.nspname in ('drip', 'drip_internal') and p.prorettype <> 'trigger'::regtype
            """
        ).fetchall()
        triggers = connection.execute(
            f"""
            select t.tgname::text, c.functionid::text, c.lineno, c.level, c.message, c.detail, c.hint
              from pg_trigger as t
             cross join lateral plpgsql_check_function_tb(
                   t.tgfoid, t.tgrelid, oldtable => t.tgoldtable, newtable => t.tgnewtable, {ALL_WARNINGS}) as c
             where not t.tgisinternal and t.tgrelid::regclass::text like 'drip%'
            """
        ).fetchall()
        checked = connection.execute(
            "select count(*) from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace "
            "where n.nspname in ('drip', 'drip_internal')"
        ).fetchone()
    assert checked is not None
    assert checked[0] >= 40
    assert [*routines, *triggers] == []


def test_pgspot_finds_nothing(tmp_path: Path) -> None:
    """The committing procedures cannot pin search_path: the one exception, and they qualify every name instead."""
    committing = [name for source in SOURCES for _, name in source.definitions if name.split(".")[1] in COMMITTING]
    script = tmp_path / "all.sql"
    migrations = sorted(path for path in (SQL / "migrations").glob("*.sql") if not path.name.endswith(".rollback.sql"))
    script.write_text(
        "set search_path = pg_catalog, pg_temp;\ncreate schema drip;\ncreate schema drip_internal;\n"
        + (SQL / "roles.sql").read_text()
        + (SQL / "bootstrap.sql").read_text()
        + "\n".join(path.read_text() for path in migrations)
        + "\n".join(source.text for source in SOURCES)
        + (SQL / "privileges.sql").read_text()
    )
    done = subprocess.run(
        [Path(sys.executable).with_name("pgspot"), script], capture_output=True, text=True, check=False
    )
    findings = [line for line in done.stdout.splitlines() if line.startswith("PS")]
    excepted = [line for line in findings if any(f"search_path: {name}(" in line for name in committing)]
    assert "Unknown: 0" in done.stdout
    assert [line for line in findings if line not in excepted] == []
    assert len(excepted) == len(committing)
