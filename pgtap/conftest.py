"""Collects pgtap/<domain>/<routine>/<behaviour>.sql: each file runs on every server, in a database of pgTAP's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from pytest_pgtap.pgtap import Runner
from pytest_pgtap.plugin.core import report_tap
from pytest_pgtap.plugin.sql_files import PgTapFile, PgTapItem

from tests.support import clusters

_FOLDER = Path(__file__).parent
_resources = ExitStack()
_TAP = re.compile(r"(not )?ok\b|#|1\.\.\d+$|Bail out!")
_runners: dict[int, Runner] = {}


def _runner(major: int) -> Runner:
    if major not in _runners:
        server = clusters.running(major)
        database = _resources.enter_context(server.database())
        with database.connect() as connection:
            clusters.load_pgtap(connection, major)
        _runners[major] = Runner(_resources.enter_context(database.connect()))
    return _runners[major]


class BehaviourFile(PgTapFile):  # type: ignore[misc]
    """A file of pgTAP assertions, an item per server."""

    def collect(self) -> Iterable[pytest.Item]:
        """One item per major version."""
        for major in clusters.MAJORS:
            item = BehaviourItem.from_parent(self, name=f"{self.path.stem}[{major}]")
            item.major = major
            yield item


class BehaviourItem(PgTapItem):  # type: ignore[misc]
    """A file of pgTAP assertions on one server."""

    major: int

    def runtest(self) -> None:
        """Run the file in its own transaction and report each assertion."""
        rows: list[object] = _runner(self.major).run(self.path.read_text())
        # What a builder or set_config() returns is no TAP, though the parser may take a UUID such as 1ab7… for a plan.
        lines = [row for row in rows if isinstance(row, str) and _TAP.match(row)]
        report_tap(self, lines, self.path.name)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """An error of the server as psql would tell it."""
        if isinstance(excinfo.value, psycopg.Error):
            return f"{self.path.name}: {type(excinfo.value).__name__}: {excinfo.value}"
        return str(super().repr_failure(excinfo))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> BehaviourFile | None:
    """Every .sql file below a domain is a test."""
    if file_path.suffix == ".sql" and file_path.parent.name != "support" and not file_path.name.startswith("test"):
        file: BehaviourFile = BehaviourFile.from_parent(parent, path=file_path)
        return file
    return None


@pytest.fixture(scope="session", autouse=True)
def _pgtap_databases() -> Iterator[None]:
    yield
    _resources.close()
    _runners.clear()
