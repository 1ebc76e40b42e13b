"""Yoyo, made safe against a kill at any moment.

Yoyo applies a migration on one connection and marks it on another, and guards itself by a lock row that outlives a
killed process. Here both happen in one transaction of the deployer's own connection, which holds an advisory lock
instead.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri
from yoyo.migrations import Migration, MigrationList

LOCK_TIMEOUT = "5s"


class Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """Yoyo's bookkeeping in schema drip_internal, on a connection that is open already (and in autocommit)."""

    schema = "drip_internal"

    def __init__(self, connection: psycopg.Connection[TupleRow]) -> None:
        self._shared_connection = connection
        super().__init__(parse_uri("postgresql+psycopg:///"), "_yoyo_migration")

    def connect(self, dburi: Any) -> psycopg.Connection[TupleRow]:
        """Not another connection: the deployer's."""
        return self._shared_connection

    @contextmanager
    def lock(self, timeout: float = 10) -> Iterator[None]:
        """Nothing to do: the deployer's advisory lock is held, and goes with its session."""
        yield

    def get_log_data(self, migration: Migration | None = None, operation: str = "apply") -> dict[str, Any]:
        """A row of yoyo's log: who by the database's word, and no host name, whose look-up can hang."""
        return {
            "id": str(uuid.uuid1()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": self.execute("select session_user").fetchone()[0],
            "hostname": None,
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }

    def process(self, migration: Migration, operation: str, before: Callable[[], None] | None = None) -> None:
        """Apply or roll back a migration together with its mark and its checksums, all or nothing.

        Args:
            migration: the migration.
            operation: `apply`, `rollback`, or `mark` for one that somebody applied by hand.
            before: what to do first in the same transaction, so that a migration that fails undoes it too.
        """
        self.ensure_internal_schema_updated()
        migration.load()
        is_run = operation != "mark"
        if is_run and not migration.use_transactions:
            # Written to be repeated: a kill before the mark makes the next deploy run it again.
            if before:
                with self.transaction():
                    before()
            migration.process_steps(self, operation)
        with self.transaction():
            self.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
            if before and (migration.use_transactions or not is_run):
                before()
            if is_run and migration.use_transactions:
                migration.process_steps(self, operation)
            self.log_migration(migration, operation)
            if operation != "rollback":
                self.mark_one(migration, log=False)
                sha256, rollback_sha256 = checksums(migration)
                self.execute(
                    "insert into drip_internal.applied_migrations (migration_id, sha256, rollback_sha256) "
                    "values (:id, :sha256, :rollback_sha256)",
                    {"id": migration.id, "sha256": sha256, "rollback_sha256": rollback_sha256},
                )
            else:
                self.unmark_one(migration, log=False)
                self.execute(
                    "delete from drip_internal.applied_migrations as m where m.migration_id = :id", {"id": migration.id}
                )


def read(folder: Path) -> MigrationList:
    """The release's migrations, in order."""
    return read_migrations(str(folder))


def rollback_path(migration: Migration) -> Path:
    """The file that undoes a migration."""
    return Path(migration.path).with_suffix(".rollback.sql")


def checksums(migration: Migration) -> tuple[str, str]:
    """SHA-256 of the migration's file and of its rollback's."""
    apply, rollback = (
        hashlib.sha256(path.read_bytes()).hexdigest() for path in (Path(migration.path), rollback_path(migration))
    )
    return apply, rollback
