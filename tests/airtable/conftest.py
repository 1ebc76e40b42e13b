"""A database, and an Airtable beside it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.airtable import double
from tests.airtable.double import Airtable
from tests.support import data
from tests.support.clusters import Connection


@pytest.fixture
def airtable() -> Iterator[Airtable]:
    """Airtable on loopback, whose penalty is half a second."""
    with double.serving(Airtable()) as airtable:
        yield airtable


@pytest.fixture
def environment(airtable: Airtable) -> dict[str, str]:
    """The settings of a sync that goes there."""
    return {
        "AIRTABLE_API_KEY": double.TOKEN,
        "AIRTABLE_BASE_ID": double.BASE,
        "AIRTABLE_TABLE": double.TABLE,
        "AIRTABLE_ENDPOINT_URL": airtable.url,
        "AIRTABLE_PENALTY_SECONDS": str(airtable.penalty_seconds),
    }


def make_campaigns(db: Connection, count: int) -> list[UUID]:
    """A client with so many campaigns, named 1 to n, in order."""
    client = data.make_client(db)
    return [data.make_campaign(db, client, str(number)) for number in range(1, count + 1)]


def waiting(db: Connection) -> list[UUID]:
    """The campaigns whose newest state Airtable has not got, oldest change first."""
    return data.column(db, "select b.campaign_id from drip.airtable_backlog as b order by b.changed_at, b.campaign_id")
