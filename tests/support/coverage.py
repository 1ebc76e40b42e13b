"""PL/pgSQL statement coverage, by plpgsql_check's profiler, added up over all test databases of the 15 server."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg.rows import TupleRow

# (routine, statement) -> was it executed
_statements: dict[tuple[str, int], bool] = {}

MINIMUM_PERCENT = 90.0


def collect(connection: psycopg.Connection[TupleRow]) -> None:
    """Take over what the profiler saw in this database, and forget it there."""
    if not connection.execute("select to_regproc('plpgsql_profiler_reset') is not null").fetchone()[0]:  # type: ignore[index]
        return
    rows = connection.execute(
        """
        select p.oid, n.nspname || '.' || p.proname, s.stmtid, s.exec_stmts > 0 or s.exec_stmts_err > 0, s.stmtname
          from pg_proc as p
          join pg_namespace as n on n.oid = p.pronamespace
          join pg_language as l on l.oid = p.prolang
         cross join lateral plpgsql_profiler_function_statements_tb(p.oid) as s
         where n.nspname in ('drip', 'drip_internal') and l.lanname = 'plpgsql'
        """
    ).fetchall()
    merge(
        (routine, statement, bool(was_executed))
        for _, routine, statement, was_executed, name in rows
        if name != "statement block"
    )
    connection.execute(
        """
        select plpgsql_profiler_reset(p.oid)
          from pg_proc as p
          join pg_namespace as n on n.oid = p.pronamespace
         where n.nspname in ('drip', 'drip_internal')
        """
    )


def export() -> list[tuple[str, int, bool]]:
    """What was seen, for another process."""
    return [(routine, statement, was_executed) for (routine, statement), was_executed in _statements.items()]


def merge(seen: Iterable[tuple[str, int, bool]]) -> None:
    """Take over what another process exported."""
    for routine, statement, was_executed in seen:
        _statements[routine, statement] = _statements.get((routine, statement), False) or was_executed


def by_routine() -> dict[str, tuple[int, int]]:
    """For each routine, how many of its statements ran, and how many it has."""
    counts: dict[str, tuple[int, int]] = {}
    for (routine, _), was_executed in _statements.items():
        ran, total = counts.get(routine, (0, 0))
        counts[routine] = (ran + was_executed, total + 1)
    return counts


def percent() -> float | None:
    """Statements that ran, of all, in percent; None when nothing was collected."""
    if not _statements:
        return None
    return 100.0 * sum(_statements.values()) / len(_statements)
