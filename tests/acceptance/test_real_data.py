"""45,211 real contacts of a phone-marketing campaign, imported by `pg-drip leads import`, and swept.

The file is Bank Marketing by S. Moro, R. Laureano and P. Cortez (UCI Machine Learning Repository, CC BY 4.0). It is not
part of the project; where it does not lie beside it, this is skipped. It has neither names nor numbers, so they are made
up from the row number.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from tests.support import data
from tests.support.clusters import ROOT, Connection, Database
from tests.support.command_line import pg_drip, succeeded

CONTACTS = ROOT.parent / "shared" / "data" / "bank-full.csv"
STEPS = 5

pytestmark = pytest.mark.skipif(not CONTACTS.exists(), reason="the file of contacts is not there")


def phone(number: int) -> str:
    return f"+1{2_020_000_000 + number}"


@pytest.fixture(scope="module")
def contacts() -> list[dict[str, str]]:
    with CONTACTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def file(contacts: list[dict[str, str]], tmp_path: Path) -> Path:
    """The file with what it lacks: names and numbers."""
    path = tmp_path / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as made:
        writer = csv.writer(made)
        writer.writerow(["first name", "number", *contacts[0]])
        writer.writerows(
            [f"Contact {number}", phone(number), *contact.values()] for number, contact in enumerate(contacts)
        )
    return path


@pytest.fixture
def db(database: Database) -> Iterator[Connection]:
    with database.connect() as connection:
        yield connection


def load(database: Database, file: Path, client: UUID, campaign: UUID) -> dict[str, Any]:
    """Import it with the mapping of its README."""
    mapping = ["--map", "number=phone", "--map", "campaign=current_message_position", "--map", "y=booked_at"]
    whose = ["--client", str(client), "--campaign", str(campaign)]
    result: dict[str, Any] = json.loads(
        succeeded(pg_drip(database, "leads", "import", str(file), *whose, *mapping, "--json"))
    )
    assert result["read"] == 45_211
    return {name: leads for name, leads in result["byResult"].items() if leads}


def remember_earlier_campaign(db: Connection, client: UUID, contacts: list[dict[str, str]]) -> list[str]:
    """Those whom an earlier campaign failed to win are there already, with that in their history; their numbers."""
    earlier = data.make_campaign(db, client, "Last year", steps=STEPS)
    phones = [
        phone(number)
        for number, contact in enumerate(contacts)
        if contact["poutcome"] == "failure" and int(contact["previous"]) > 0
    ]
    entry = {
        "campaignId": str(earlier),
        "campaignName": "Last year",
        "enrolledAt": "2024-03-01T09:00:00.000Z",
        "completedAt": "2024-03-20T09:00:00.000Z",
        "messagesReceived": STEPS,
        "outcome": "completed",
    }
    db.execute(
        "insert into drip.leads (client_id, phone, is_active, current_message_position, completed_at, campaign_history) "
        "select %s, u.phone, false, %s, '2024-03-20 09:00+00', %s from unnest(%s::text[]) as u (phone)",
        (client, STEPS, Jsonb([entry]), phones),
    )
    return phones


def test_real_contacts_are_imported_and_swept(
    database: Database, db: Connection, contacts: list[dict[str, str]], file: Path
) -> None:
    client = data.make_client(db, "Bank")
    campaign = data.make_campaign(db, client, "Term deposit", steps=STEPS)
    known = remember_earlier_campaign(db, client, contacts)
    assert len(contacts) == 45_211
    assert len(known) > 4000

    assert load(database, file, client, campaign) == {"enrolled": 45_211}

    assert data.value(db, "select count(*) from drip.leads") == 45_211
    assert data.active(db) == 45_211
    for number in (0, 12_345, 45_210):
        row = data.rows(db, "select * from drip.leads where phone = %s", phone(number))[0]
        assert row["first_name"] == f"Contact {number}"
        assert row["current_message_position"] == int(contacts[number]["campaign"])
        assert (row["booked_at"] is not None) == (contacts[number]["y"] == "yes")
    data.assert_statistics_are_exact(db)
    before = data.contents(db)
    assert load(database, file, client, campaign) == {"already_enrolled": 45_211}
    assert data.contents(db) == before

    swept = json.loads(succeeded(pg_drip(database, "de-enroll", "--all-clients", "--json")))

    booked = {number for number, contact in enumerate(contacts) if contact["y"] == "yes"}
    finished = {number for number, contact in enumerate(contacts) if int(contact["campaign"]) >= STEPS} - booked
    assert len(booked) == 5_289
    assert swept["byOutcome"] == {
        "booked": 5_289,
        "completed": len(finished),
        "opted_out": 0,
        "campaign_deleted": 0,
    }
    # Each by name, not only as many: every stay's outcome, with the messages that the file says.
    stays = db.execute(
        "select l.phone, j.outcome, j.messages_received from drip.lead_journey as j join drip.leads as l using (id) "
        " where j.campaign_id = %s",
        (str(campaign),),
    ).fetchall()
    assert len(stays) == 45_211
    assert {number: (outcome, received) for number, outcome, received in stays} == {
        phone(number): (
            "booked" if number in booked else "completed" if number in finished else "in_progress",
            int(contact["campaign"]),
        )
        for number, contact in enumerate(contacts)
    }
    # Who was there before has both campaigns, in order.
    firsts = data.column(
        db,
        "select l.phone from drip.lead_journey as j join drip.leads as l using (id) "
        " where j.stay = 1 and j.campaign_name = 'Last year' order by l.phone",
    )
    assert firsts == sorted(known)
    data.assert_statistics_are_folded(db)

    left = len(booked) + len(finished)
    before = data.contents(db)
    assert load(database, file, client, campaign) == {"already_enrolled": 45_211 - left, "already_completed": left}
    assert data.contents(db) == before
    # Nothing was rejected.
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]
