"""Keys are looked up for each request, and many requests at once share look-ups that none of them is older than."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pg_drip.http.keys import _LookUps

DIGEST = b"digest"


class SlowDatabase:
    """Answers when it is told to, each time with the number of the question."""

    def __init__(self) -> None:
        self.questions: list[asyncio.Future[tuple[Any, ...]]] = []

    async def row(self, query: str, parameters: list[Any]) -> tuple[Any, ...]:
        """A row, in time."""
        assert "authenticate_api_key" in query
        assert parameters == [DIGEST]
        self.questions.append(asyncio.get_running_loop().create_future())
        return await self.questions[-1]


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_requests_share_a_look_up_that_began_after_they_came() -> None:
    async def run() -> None:
        database = SlowDatabase()
        look_ups = _LookUps(database)  # type: ignore[arg-type]
        early = [asyncio.create_task(look_ups.find(DIGEST)) for _ in range(3)]
        await settle()
        assert len(database.questions) == 1
        # The key may be revoked between the question and these.
        late = [asyncio.create_task(look_ups.find(DIGEST)) for _ in range(5)]
        await settle()
        assert len(database.questions) == 1
        database.questions[0].set_result(("live",))
        await settle()
        assert [await one for one in early] == [("live",)] * 3
        assert len(database.questions) == 2
        assert not any(one.done() for one in late)
        database.questions[1].set_result(())
        assert [await one for one in late] == [()] * 5
        # Nothing is remembered.
        last = asyncio.create_task(look_ups.find(DIGEST))
        await settle()
        assert len(database.questions) == 3
        database.questions[2].set_result(("new",))
        assert await last == ("new",)

    asyncio.run(run())


def test_a_request_that_is_given_up_takes_nothing_from_the_others() -> None:
    async def run() -> None:
        database = SlowDatabase()
        look_ups = _LookUps(database)  # type: ignore[arg-type]
        first, second = (asyncio.create_task(look_ups.find(DIGEST)) for _ in range(2))
        await settle()
        first.cancel()
        await settle()
        database.questions[0].set_result(("live",))
        assert await second == ("live",)

    asyncio.run(run())


def test_a_failure_is_told_to_all_and_the_next_asks_again() -> None:
    async def run() -> None:
        database = SlowDatabase()
        look_ups = _LookUps(database)  # type: ignore[arg-type]
        tasks = [asyncio.create_task(look_ups.find(DIGEST)) for _ in range(2)]
        await settle()
        database.questions[0].set_exception(OSError("away"))
        for task in tasks:
            with pytest.raises(OSError, match="away"):
                await task
        again = asyncio.create_task(look_ups.find(DIGEST))
        await settle()
        database.questions[1].set_result(("live",))
        assert await again == ("live",)

    asyncio.run(run())
