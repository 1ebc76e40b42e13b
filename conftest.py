"""Servers and databases for every test, and the PL/pgSQL coverage at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import clusters, coverage
from tests.support.clusters import Connection, Database, Server

_is_whole_run = False


def pytest_configure(config: pytest.Config) -> None:
    """Coverage is judged when everything runs, not when somebody picks a few tests."""
    global _is_whole_run
    _is_whole_run = (
        bool(config.getini("testpaths"))
        and config.args_source.name == "TESTPATHS"
        and not (config.option.keyword or config.option.markexpr or config.option.lf)
    )


@pytest.fixture(params=clusters.MAJORS)
def server(request: pytest.FixtureRequest) -> Server:
    """Each server in turn: 15 and 18."""
    return clusters.running(request.param)


@pytest.fixture
def server15() -> Server:
    """PostgreSQL 15 with pg_cron and plpgsql_check."""
    return clusters.running(15)


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    """A deployed database of its own, on each server in turn."""
    with server.database() as database:
        yield database


@pytest.fixture
def database15(server15: Server) -> Iterator[Database]:
    """A deployed database of its own on 15."""
    with server15.database() as database:
        yield database


@pytest.fixture
def empty_database(server: Server) -> Iterator[Database]:
    """A database with nothing in it, on each server in turn."""
    with server.database(template="template0") as database:
        yield database


@pytest.fixture
def db(database: Database) -> Iterator[Connection]:
    """A connection to the test's database, on each server in turn."""
    with database.connect() as connection:
        yield connection


@pytest.fixture
def db15(database15: Database) -> Iterator[Connection]:
    """A connection to the test's database on 15."""
    with database15.connect() as connection:
        yield connection


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker that runs a share of the tests beside others hands over what its profiler saw."""
    coverage.merge(node.workeroutput.get("coverage", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the profiler saw."""
    total = coverage.percent()
    if not total:
        return
    terminalreporter.section("PL/pgSQL statement coverage (PostgreSQL 15)")
    for routine, (ran, statements) in sorted(coverage.by_routine().items()):
        if ran < statements:
            terminalreporter.write_line(f"{routine:<55} {ran:>4} of {statements:>4}  {100 * ran / statements:>5.1f} %")
    terminalreporter.write_line(
        f"{'all ' + str(len(coverage.by_routine())) + ' routines':<55} {'':>12}  {total:>5.1f} %"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop every server that was started here; a whole run with too little coverage fails."""
    clusters.stop_all()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["coverage"] = coverage.export()
        return
    total = coverage.percent()
    if _is_whole_run and session.exitstatus == 0 and (total is None or total < coverage.MINIMUM_PERCENT):
        print(f"\nPL/pgSQL coverage is below {coverage.MINIMUM_PERCENT} %")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
