"""Connections and databases that several files here ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clusters import Connection, Database, Server


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


@pytest.fixture
def bare15(server15: Server) -> Iterator[Database]:
    """A database on 15 with nothing in it."""
    with server15.database(template="template0") as database:
        yield database
