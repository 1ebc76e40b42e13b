"""What the database says of itself, asked for at most every so often however many ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from pg_drip.http.database import Database
from pg_drip.http.problems import from_database
from pg_drip.models import HealthCheck
from pg_drip.sources import resource_folder

Health = list[HealthCheck]
T = TypeVar("T")


class Cached(Generic[T]):
    """A value that is fetched again when it is older than so many seconds, by one caller for all.

    Args:
        fetch: asks for the value.
        seconds: how long it stays good.
    """

    def __init__(self, fetch: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._found: tuple[float, T] | None = None

    async def get(self) -> T:
        """The value."""
        async with self._lock:
            if self._found is None or time.monotonic() - self._found[0] > self._seconds:
                self._found = time.monotonic(), await self._fetch()
            return self._found[1]


class Observer:
    """Asks the database whether it is there, what is deployed, and how its sweeps do."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._latest = max(
            path.stem
            for path in (resource_folder("sql") / "migrations").glob("*.sql")
            if not path.stem.endswith(".rollback")
        )
        self.health = Cached(self._read_health, 5)
        self.readiness = Cached(self._read_readiness, 2)

    async def is_database_up(self) -> bool:
        """Whether the database answers a query now."""
        return (await self.readiness.get())["database"] == "ok"

    async def _read_health(self) -> Health | None:
        try:
            rows = await self._database.rows("select h.* from drip.get_de_enrollment_health() as h")
        except Exception as error:
            if from_database(error) is None:
                raise
            return None
        return [HealthCheck.model_validate(row) for row in rows]

    async def _read_readiness(self) -> dict[str, str]:
        state = {"status": "unavailable", "database": "unavailable", "schema": "unknown"}
        try:
            await self._database.row("select 1")
            state["database"] = "ok"
            migration, drifted = await self._database.row(
                "select d.migration, d.drifted from drip.get_deployment() as d"
            )
        except Exception as error:
            if from_database(error) is None:
                raise
            if state["database"] == "ok":
                state["schema"] = "not deployed"
            return state
        if migration is None or migration < self._latest:
            state["schema"] = "outdated"
        elif migration > self._latest:
            state["schema"] = "of a later release"
        elif drifted:
            state["schema"] = "drifted"
        else:
            state |= {"status": "ready", "schema": "ok"}
        return state
