"""The pool of connections that requests share, and how a query is asked."""

from __future__ import annotations

import select
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, LiteralString

import orjson
import psycopg
from psycopg import conninfo
from psycopg.errors import FeatureNotSupported
from psycopg.rows import TupleRow, dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

AsyncConnection = psycopg.AsyncConnection[TupleRow]

_WAIT_SECONDS = 2
_MOST_WAITING = 500


class Database:
    """Connections in autocommit, replaced when they break, opened again when the server comes back.

    Args:
        dsn: a connection string; empty means libpq's environment.
        size: connections at most.
        statement_seconds: after which the database gives a statement up.
    """

    def __init__(self, dsn: str, size: int, statement_seconds: float) -> None:
        self._dsn = dsn if "connect_timeout" in dsn else conninfo.make_conninfo(dsn, connect_timeout=5)
        self._statement_seconds = statement_seconds
        self.pool: AsyncConnectionPool[AsyncConnection] = AsyncConnectionPool(
            self._dsn,
            min_size=min(2, size),
            max_size=size,
            open=False,
            kwargs={"autocommit": True, "application_name": "pg-drip serve"},
            configure=self._configure,
            check=_check,
            timeout=_WAIT_SECONDS,
            max_waiting=_MOST_WAITING,
            # Gives up soon and begins anew with the next request, rather than pausing ever longer.
            reconnect_timeout=_WAIT_SECONDS,
            name="pg-drip",
        )

    async def open(self) -> None:
        """Begin to connect; whether the server answers shows in the first query."""
        await self.pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()

    async def row(self, query: LiteralString, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The first row; empty where there is none."""
        async with self.connection() as connection:
            cursor = await connection.execute(query, parameters)
            return await cursor.fetchone() or ()

    async def rows(self, query: LiteralString, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows, by column name."""
        async with self.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, parameters)
            return await cursor.fetchall()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection of the pool."""
        async with self.pool.connection() as connection:
            try:
                yield connection
            except FeatureNotSupported:
                # A deploy changed what a prepared statement returns, and this session would never get over it.
                await connection.close()
                raise

    async def connect(self) -> AsyncConnection:
        """A connection of one's own, without a time limit for statements."""
        return await AsyncConnection.connect(self._dsn, autocommit=True, application_name="pg-drip serve sweep")

    async def _configure(self, connection: AsyncConnection) -> None:
        set_json_loads(orjson.loads, connection)
        milliseconds = str(int(self._statement_seconds * 1000))
        await connection.execute(
            "select set_config('statement_timeout', %(limit)s, false), set_config('TimeZone', 'UTC', false)",
            {"limit": milliseconds},
        )


async def _check(connection: AsyncConnection) -> None:
    # An idle session is silent. One that the server ended has its farewell, or the end, waiting in the socket; looking
    # costs a system call, where a query to find out would double the round trips.
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)
