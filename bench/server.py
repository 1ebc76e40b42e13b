"""The private PostgreSQL 15 that the benchmarks run on, and databases that start from the same state each time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from pg_drip.deploy import Deployer
from pg_drip.errors import PgDripError
from pg_drip.server import Cluster

BINARIES = Path("/usr/lib/postgresql/15/bin")
DEPLOYED = "deployed"

Connection = psycopg.Connection[TupleRow]

# What a server of this size would have in production, except: no checkpoint falls into a measurement unless it is asked
# for, and autovacuum leaves the timing of VACUUM to the benchmark.
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "4GB",
    "random_page_cost": "1.1",
    "min_wal_size": "2GB",
    "max_wal_size": "32GB",
    "checkpoint_timeout": "1h",
    "max_connections": "60",
    "autovacuum": "off",
}


@dataclass
class Database:
    """One database of the server."""

    server: Server
    name: str

    @property
    def dsn(self) -> str:
        """Its connection string, as superuser."""
        return self.server.cluster.dsn(self.name)

    def connect(self) -> Connection:
        """A connection in autocommit."""
        return psycopg.connect(self.dsn, autocommit=True)

    def environment(self) -> dict[str, str]:
        """This process's environment with PG* variables that lead here."""
        fresh = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return fresh | {
            "PGHOST": str(self.server.cluster.socket_folder),
            "PGPORT": "5432",
            "PGUSER": "postgres",
            "PGDATABASE": self.name,
        }

    def settle(self) -> None:
        """Bring the database to the state in which each measurement starts: vacuumed, in memory, nothing to flush."""
        with self.connect() as connection:
            connection.execute("vacuum (analyze)")
            connection.execute(
                "select pg_prewarm(c.oid) from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
                "where n.nspname in ('drip', 'drip_internal', 'bench') and c.relkind in ('r', 'i', 't')"
            )
            connection.execute("checkpoint")


@dataclass
class Server:
    """The running cluster, with this checkout deployed into a template database."""

    cluster: Cluster
    _templates: set[str] = field(default_factory=set)
    _copies: int = 0

    @classmethod
    def start(cls, folder: Path, sql_folder: Path | None = None) -> Server:
        """Start a cluster in this folder and deploy.

        Raises:
            PgDripError: PostgreSQL 15 is missing, or did not start.
        """
        if not (BINARIES / "postgres").exists():
            raise PgDripError("PostgreSQL 15 is missing.", "Run apt-get install postgresql-15.")
        server = cls(Cluster(BINARIES, folder, SETTINGS))
        server.cluster.start()
        try:
            with server.connect() as connection:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DEPLOYED)))
            database = Database(server, DEPLOYED)
            with Deployer(database.dsn, sql_folder) as deployer:
                deployer.deploy()
            with database.connect() as connection:
                connection.execute("create extension pg_prewarm")
        except BaseException:
            server.cluster.remove()
            raise
        server._templates.add(DEPLOYED)
        return server

    def connect(self) -> Connection:
        """A connection in autocommit to the database `postgres`."""
        return psycopg.connect(self.cluster.dsn(), autocommit=True)

    def has(self, name: str) -> bool:
        """Whether there is a template of this name."""
        return name in self._templates

    def keep(self, name: str) -> Database:
        """A new template, a copy of the deployed database, to be filled once and copied often."""
        self._create(name, DEPLOYED)
        self._templates.add(name)
        return Database(self, name)

    def template(self, name: str) -> Database:
        """A template itself, for what leaves no traces in it."""
        return Database(self, name)

    def discard(self, name: str) -> None:
        """Drop a template that no later figure starts from."""
        self._drop(name)
        self._templates.discard(name)

    @contextmanager
    def copy(self, template: str, preparation: str = "") -> Iterator[Database]:
        """A fresh copy of a template, prepared by these statements and settled, and dropped afterwards."""
        self._copies += 1
        name = f"copy_{self._copies}"
        self._create(name, template)
        try:
            database = Database(self, name)
            if preparation:
                with database.connect() as connection:
                    connection.execute(preparation.encode())
            database.settle()
            yield database
        finally:
            self._drop(name)

    def _create(self, name: str, template: str) -> None:
        # Files are copied past the WAL, which is faster and leaves no full page images behind.
        with self.connect() as connection:
            connection.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )

    def _drop(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
