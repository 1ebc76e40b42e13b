"""A deployer killed with SIGKILL at a statement: the next deploy succeeds, and each migration is applied once.

`make faults` kills at every statement; without DRIP_KILL_EVERY_STATEMENT some spread over the deploy must do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pg_drip.deploy import Deployer
from tests.integration.test_deploy import MIGRATIONS
from tests.support import clusters
from tests.support.before_upgrade import SETUP
from tests.support.clusters import Database, Server
from tests.support.killing_proxy import KillingProxy, serving

BEFORE, AFTER = "statement_not_sent", "statement_sent"


@pytest.fixture
def old_database(server15: Server) -> Iterator[Database]:
    """A database at 0018 with leads in every state."""
    with server15.database(template="template0") as database:
        with Deployer(database.dsn) as deployer, database.connect() as connection:
            deployer.deploy(upto="0018")
            connection.execute(SETUP)
        yield database


def deploy_through_proxy(database: Database, kill_at: int, *, is_sent: bool) -> tuple[int, int]:
    """Deploy in a process of its own; returns its exit code and how many statements it sent."""
    with tempfile.TemporaryDirectory(prefix="drip_", dir="/tmp") as folder:
        server_socket = database.server.cluster.socket_folder / ".s.PGSQL.5432"
        with serving(KillingProxy(server_socket, Path(folder), kill_at, is_sent=is_sent)) as proxy:
            process = subprocess.Popen(
                [sys.executable, "-c", "from pg_drip.deploy import Deployer; Deployer().deploy()"],
                env=database.environment() | {"PGHOST": folder},
                stderr=subprocess.DEVNULL,
            )
            proxy.pid = process.pid
            return process.wait(timeout=60), proxy.statements


def count_statements() -> int:
    with clusters.running(15).database(template="template0") as database:
        with Deployer(database.dsn) as deployer:
            deployer.deploy(upto="0018")
        code, statements = deploy_through_proxy(database, 0, is_sent=True)
        assert code == 0
        return statements


def test_killed_at_any_statement(old_database: Database) -> None:
    total = count_statements()
    assert total > 100
    every = 1 if os.environ.get("DRIP_KILL_EVERY_STATEMENT") else total // 14
    kills = [(at, mode) for at in range(1, total + 1, every) for mode in (BEFORE, AFTER)]
    server = old_database.server
    expected = (clusters.ROOT / "sql" / "catalog.txt").read_text()
    for at, mode in kills:
        with server.database(template=old_database.name) as database:
            code, _ = deploy_through_proxy(database, at, is_sent=mode == AFTER)
            assert code == -signal.SIGKILL, (at, mode)
            with Deployer(database.dsn) as deployer, database.connect() as connection:
                deployer.deploy()
                assert deployer.verify() == [], (at, mode)
                assert deployer.catalog() == expected, (at, mode)
                applied = [(entry.operation, entry.migration) for entry in deployer.history()]
                assert applied == [("apply", name) for name in MIGRATIONS], (at, mode)
                assert connection.execute("select * from drip.verify_campaign_stats()").fetchall() == [], (at, mode)
                doubled = connection.execute(
                    "select count(*) from drip.leads as l where jsonb_array_length(l.campaign_history) > 1"
                ).fetchone()
                assert doubled == (0,), (at, mode)
    print(f"\nkilled {len(kills)} times at {len(kills) // 2} of {total} statements; every next deploy was complete")
