"""Private PostgreSQL clusters for the tests: Debian's 15 with the real pg_cron, and 18 from the wheel."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from pg_drip.deploy import Deployer
from pg_drip.server import Cluster, embedded_binaries
from tests.support import coverage

ROOT = Path(__file__).parents[2]
DEBIAN_BINARIES = Path("/usr/lib/postgresql/15/bin")
DEBIAN_EXTENSIONS = Path("/usr/share/postgresql/15/extension")
MAJORS = (15, 18)
TEMPLATE = "drip_template"

Connection = psycopg.Connection[TupleRow]

_COMMON = {"fsync": "off", "full_page_writes": "off", "max_connections": "80", "deadlock_timeout": "100ms"}
_SETTINGS = {
    15: _COMMON
    | {
        "shared_preload_libraries": "pg_cron,plpgsql_check",
        "cron.database_name": "postgres",
        "cron.use_background_workers": "off",
        "plpgsql_check.profiler": "on",
        "plpgsql_check.profiler_max_shared_chunks": "50000",
    },
    18: _COMMON,
}


@dataclass
class Server:
    """A running cluster with a template database into which this checkout is deployed."""

    major: int
    cluster: Cluster

    def connect(self, database: str = "postgres", **parameters: Any) -> Connection:
        """A connection in autocommit, as superuser unless `user` is given."""
        return psycopg.connect(self.cluster.dsn(database), autocommit=True, **parameters)

    @contextmanager
    def database(self, template: str = TEMPLATE) -> Iterator[Database]:
        """A database of its own, a copy of the template, dropped afterwards."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with self.connect() as connection:
            connection.execute(sql.SQL("create database {} template {}").format(*map(sql.Identifier, (name, template))))
        try:
            yield Database(self, name)
        finally:
            # A test may have crashed or dropped it itself.
            with suppress(psycopg.OperationalError):
                if self.major == 15:
                    with self.connect(name) as connection:
                        coverage.collect(connection)
                with self.connect() as connection:
                    connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@dataclass
class Database:
    """One database of a server."""

    server: Server
    name: str

    @property
    def dsn(self) -> str:
        """Its connection string, as superuser."""
        return self.server.cluster.dsn(self.name)

    def connect(self, **parameters: Any) -> Connection:
        """A connection in autocommit."""
        return self.server.connect(self.name, **parameters)

    def environment(self) -> dict[str, str]:
        """This process's environment with PG* variables that lead here."""
        fresh = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return fresh | {
            "PGHOST": str(self.server.cluster.socket_folder),
            "PGPORT": "5432",
            "PGUSER": "postgres",
            "PGDATABASE": self.name,
        }


_running: dict[int, Server] = {}


def running(major: int) -> Server:
    """The server of this major version that the tests share, started at its first use."""
    if major not in _running:
        _running[major] = start(major)
    return _running[major]


def stop_all() -> None:
    """Stop and remove every shared server."""
    for server in _running.values():
        server.cluster.remove()
    _running.clear()


def start(major: int, settings: dict[str, str] | None = None, suffix: str = "") -> Server:
    """Start a private cluster and deploy this checkout into its template database."""
    binaries = DEBIAN_BINARIES if major == 15 else embedded_binaries()
    if not (binaries / "postgres").exists():
        raise RuntimeError(
            f"PostgreSQL {major} is missing: apt-get install postgresql-15 postgresql-15-cron postgresql-15-pgtap "
            "postgresql-15-plpgsql-check, or run make test as root, which does"
        )
    folder = Path("/tmp") / f"drip_{os.getpid()}_{major}{suffix}"
    server = Server(major, Cluster(binaries, folder, _SETTINGS[major] | (settings or {})))
    server.cluster.start()
    with server.connect() as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    with Deployer(server.cluster.dsn(TEMPLATE)) as deployer:
        deployer.deploy()
    if major == 15:
        with server.connect(TEMPLATE) as connection:
            connection.execute("create extension plpgsql_check")
    return server


def load_pgtap(connection: Connection, major: int) -> None:
    """PgTAP and the builders of pgtap/support in schema tap; on 18 from Debian's script, which it does not find."""
    connection.execute("create schema tap")
    connection.execute("set search_path = tap, public")
    if major == 15:
        connection.execute("create extension pgtap schema tap")
    else:
        script = (DEBIAN_EXTENSIONS / "pgtap--1.2.0.sql").read_text().replace("MODULE_PATHNAME", "$libdir/pgtap")
        connection.execute("".join(line for line in script.splitlines(True) if not line.startswith("\\")))
    for path in sorted((ROOT / "pgtap" / "support").glob("*.sql")):
        connection.execute(path.read_text())
    name = connection.info.dbname
    connection.execute(sql.SQL("alter database {} set search_path = tap, public").format(sql.Identifier(name)))
