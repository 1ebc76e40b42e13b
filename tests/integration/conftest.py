"""Connections and databases that several files here ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clusters import Database, Server


@pytest.fixture
def bare15(server15: Server) -> Iterator[Database]:
    """A database on 15 with nothing in it."""
    with server15.database(template="template0") as database:
        yield database
