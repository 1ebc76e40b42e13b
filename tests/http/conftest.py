"""A server for each file here, and a client of the agency for each test."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.support import clusters, data
from tests.support.clusters import Connection
from tests.support.http_door import UNLIMITED, Door, served


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """A server on PostgreSQL 15 that refuses nobody for asking too often, and logs all it can."""
    with clusters.running(15).database() as database, served(database, *UNLIMITED, "--log-level", "debug") as found:
        yield found


@pytest.fixture
def db(door: Door) -> Iterator[Connection]:
    """A superuser's connection to the server's database."""
    with door.database.connect() as connection:
        yield connection


@pytest.fixture
def acme(db: Connection) -> UUID:
    """A client of the agency."""
    return data.make_client(db, "Acme")


@pytest.fixture
def other(db: Connection) -> UUID:
    """Another client of the agency."""
    return data.make_client(db, "Other")
