"""pg-drip campaigns as a process: what it prints, and what it leaves in the database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.command_line import NOBODY, invoke, pg_drip, pg_drip_each, refused, succeeded


def run(database: Database, *arguments: str) -> str:
    """What one command prints that did all it should."""
    return succeeded(invoke(database, ["campaigns", *arguments], {}))


def refusal(database: Database, *arguments: str, exit_code: int = 1) -> str:
    return refused(invoke(database, ["campaigns", *arguments], {}), exit_code)


def described(db: Connection, campaign: UUID | str) -> dict[str, Any]:
    found: dict[str, Any] = data.value(db, "select drip.describe_campaign(null, %s)", campaign)
    return found


# ---------------------------------------------------------------- create


def test_create_prints_the_id(database: Database) -> None:
    with database.connect() as db:
        client = data.make_client(db)
        printed = succeeded(pg_drip(database, "campaigns", "create", "Free <b>guide</b>", "--client", str(client)))
        campaign = described(db, printed.strip())
        assert (campaign["name"], campaign["clientId"], campaign["isPaused"]) == ("Free guide", str(client), False)


def test_create_takes_every_field(database15: Database, db15: Connection, tmp_path: Path) -> None:
    client = data.make_client(db15)
    sequence = tmp_path / "messages.json"
    sequence.write_text(data.messages(2))
    arguments = (
        f"create Webinar --client {client} --form-id kajabi_7 --type webinar --messages {sequence} --paused --json "
        "--webinar-datetime 2099-01-31T18:00:00+01:00 --zoom-link https://zoom.us/j/1 --resource-name Book "
        "--resource-link https://example.com/book --reenroll-outcome booked --reenroll-outcome completed "
        "--reenroll-after-days 30"
    )
    printed = json.loads(run(database15, *arguments.split()))
    assert printed == described(db15, printed["id"])
    assert list(printed) == list(described(db15, printed["id"])), "the keys have another order"
    given = {
        "formId": "kajabi_7",
        "campaignType": "webinar",
        "messages": json.loads(data.messages(2)),
        "isPaused": True,
        "webinarDatetime": "2099-01-31T17:00:00.000Z",
        "zoomLink": "https://zoom.us/j/1",
        "resourceName": "Book",
        "resourceLink": "https://example.com/book",
        "reenrollOutcomes": ["booked", "completed"],
        "reenrollAfterDays": 30,
    }
    assert {name: printed[name] for name in given} == given


def test_create_reads_messages_from_stdin(database15: Database, db15: Connection) -> None:
    client = data.make_client(db15)
    done = subprocess.run(
        [sys.executable, "-m", "pg_drip", "campaigns", "create", "A", "--client", str(client), "--messages", "-"],
        input=data.messages(3),
        capture_output=True,
        text=True,
        env=database15.environment(),
        check=False,
    )
    assert described(db15, succeeded(done).strip())["messages"] == json.loads(data.messages(3))


def test_what_create_refuses_is_one_line_and_changes_nothing(
    database15: Database, db15: Connection, tmp_path: Path
) -> None:
    client = data.make_client(db15)
    data.make_campaign(db15, client)
    db15.execute("update drip.campaigns set form_id = 'taken'")
    broken = tmp_path / "broken.json"
    broken.write_text("[{")
    before = data.contents(db15)
    expected = {
        f"create A --client {client} --type webinar --zoom-link javascript:x --form-id <b>": (
            1,
            ["formId must be", "webinarDatetime is needed by a webinar", "zoomLink must be"],
        ),
        f"create A --client {client} --form-id taken": (1, ["form taken belongs to another campaign"]),
        f"create A --client {NOBODY}": (1, [f"client {NOBODY} is not known"]),
        f"create A --client {client} --messages {broken}": (2, ["broken.json is no JSON"]),
        f"create A --client {client} --messages {tmp_path}/none.json": (2, ["none.json"]),
        f"create A --client {client} --type party": (2, ["party"]),
        "create A": (2, ["--client"]),
        "create A --client 42": (2, ["'42' is not a valid UUID"]),
    }
    for command, (exit_code, texts) in expected.items():
        line = refusal(database15, *command.split(), exit_code=exit_code)
        for text in texts:
            assert text in line, command
    assert data.contents(db15) == before


# ---------------------------------------------------------------- show and list


def test_show_tells_everything(database15: Database, db15: Connection) -> None:
    client = data.make_client(db15)
    campaign = data.make_campaign(db15, client, "Welcome", steps=2)
    db15.execute("update drip.campaigns set form_id = 'f1', reenroll_after_days = 30 where id = %s", (campaign,))
    data.make_leads(db15, client, campaign, 3, position=0)
    data.make_leads(db15, client, campaign, 1, position=2)
    data.sweep(db15, client)

    text = run(database15, "show", str(campaign))
    lines = dict(line.split("  ", 1) for line in text.splitlines()[:12] if "  " in line)
    shown = {name.strip(): value.strip() for name, value in lines.items()}
    assert shown["id"] == str(campaign)
    assert shown["client"] == str(client)
    assert (shown["name"], shown["form"], shown["state"]) == ("Welcome", "f1", "running")
    assert shown["takes leads back"] == "whatever the outcome, after 30 days"
    assert shown["active leads"] == "3"
    assert shown["left"].startswith("1 completed, 0 booked")
    assert shown["left"].endswith("100 % completed it")
    assert "Message 1" in text
    assert "Message 2" in text

    assert json.loads(run(database15, "show", str(campaign), "--json")) == described(db15, campaign)
    assert f"campaign {NOBODY} is not known" in refusal(database15, "show", NOBODY)
    other = data.make_client(db15, "Other")
    assert f"client {other} has no campaign {campaign}" in refusal(
        database15, "show", str(campaign), "--client", str(other)
    )


def test_list_pages_and_filters(database15: Database, db15: Connection) -> None:
    assert "There is no such campaign" in run(database15, "list")
    assert json.loads(run(database15, "list", "--json")) == {"campaigns": [], "nextCursor": None}
    client, other = data.make_client(db15), data.make_client(db15, "Other")
    for name in ("a", "b", "c"):
        data.make_campaign(db15, client, name)
    data.make_campaign(db15, client, "paused", is_paused=True)
    data.make_campaign(db15, client, "retired", is_active=False)
    data.make_campaign(db15, other, "theirs")
    db15.execute("update drip.campaigns set auto_discovered = true where name = 'paused'")

    def names(*options: str) -> list[str]:
        page = json.loads(run(database15, "list", "--json", *options))
        return [campaign["name"] for campaign in page["campaigns"]]

    assert names() == ["theirs", "retired", "paused", "c", "b", "a"]
    assert names("--client", str(client)) == ["retired", "paused", "c", "b", "a"]
    assert names("--active", "--client", str(client)) == ["paused", "c", "b", "a"]
    assert names("--retired") == ["retired"]
    assert names("--paused") == ["paused"]
    assert names("--auto-discovered") == ["paused"]
    assert names("--reviewed", "--running", "--active") == ["theirs", "c", "b", "a"]

    page = json.loads(run(database15, "list", "--json", "--limit", "4"))
    assert names("--after", page["nextCursor"]) == ["b", "a"]
    assert page["campaigns"][0] == described(db15, page["campaigns"][0]["id"])
    text = run(database15, "list", "--limit", "4")
    assert f"There are more: --after {page['nextCursor']}" in text
    assert "paused, to review" in text
    assert max(map(len, text.splitlines())) <= 100
    assert "p_after is no cursor" in refusal(database15, "list", "--after", "x")
    assert f"client {NOBODY} is not known" in refusal(database15, "list", "--client", NOBODY)


# ---------------------------------------------------------------- change


def test_update_changes_what_is_given(database15: Database, db15: Connection) -> None:
    client = data.make_client(db15)
    campaign = data.make_campaign(db15, client)
    db15.execute(
        "update drip.campaigns set form_id = 'f1', auto_discovered = true, resource_name = 'Book', reenroll_after_days = 3, "
        "reenroll_outcomes = '{booked}'"
    )
    before = described(db15, campaign)

    run(
        database15, "update", str(campaign), "--name", "Renamed", "--reviewed", "--resource-link", "https://example.com"
    )
    after = described(db15, campaign)
    changed = {name: after[name] for name in after if after[name] != before[name]} | {"updatedAt": None}
    assert changed == {
        "name": "Renamed",
        "autoDiscovered": False,
        "resourceLink": "https://example.com",
        "updatedAt": None,
    }

    printed = json.loads(
        run(database15, *f"update {campaign} --clear form-id --clear reenroll --clear resource-name --json".split())
    )
    assert printed == described(db15, campaign)
    cleared = ("formId", "reenrollOutcomes", "reenrollAfterDays", "resourceName")
    assert [printed[name] for name in cleared] == [None] * 4


def test_what_update_refuses_changes_nothing(database15: Database, db15: Connection) -> None:
    client, other = data.make_client(db15), data.make_client(db15, "Other")
    campaign = data.make_campaign(db15, client)
    before = data.contents(db15)
    expected = {
        f"update {campaign}": (2, "Give what is to change."),
        f"update {campaign} --form-id f --clear form-id": (2, "form-id is both given and cleared."),
        f"update {campaign} --clear name": (2, "name"),
        f"update {campaign} --name A --zoom-link ftp://example.com": (1, "zoomLink must be"),
        f"update {campaign} --name A --client {other}": (1, f"client {other} has no campaign {campaign}"),
        f"update {NOBODY} --name A": (1, f"campaign {NOBODY} is not known"),
    }
    for command, (exit_code, text) in expected.items():
        assert text in refusal(database15, *command.split(), exit_code=exit_code), command
    assert data.contents(db15) == before


@pytest.mark.parametrize(
    ("command", "first", "second", "column", "value"),
    [
        ("pause", "Paused.", "It was paused already.", "is_paused", True),
        ("resume", "Resumed.", "It was not paused.", "is_paused", False),
        ("deactivate", "Retired.", "It was retired already.", "is_active", False),
    ],
)
def test_twice_says_that_it_was_so(
    database15: Database, db15: Connection, command: str, first: str, second: str, column: str, value: bool
) -> None:
    client = data.make_client(db15)
    campaign = data.make_campaign(db15, client, is_paused=command == "resume")
    assert run(database15, command, str(campaign)) == f"{first}\n"
    assert run(database15, command, str(campaign), "--client", str(client)) == f"{second}\n"
    assert data.column(db15, f"select {column} from drip.campaigns") == [value]
    assert f"campaign {NOBODY} is not known" in refusal(database15, command, NOBODY)
    other = data.make_client(db15, "Other")
    assert f"client {other} has no campaign" in refusal(database15, command, str(campaign), "--client", str(other))


def test_clone_prints_the_copys_id(database15: Database, db15: Connection) -> None:
    client = data.make_client(db15)
    campaign = data.make_campaign(db15, client, is_active=False)
    copy = described(db15, run(database15, "clone", str(campaign)).strip())
    assert (copy["name"], copy["isPaused"], copy["isActive"], copy["formId"]) == ("Welcome (copy)", True, True, None)
    printed = json.loads(run(database15, "clone", str(campaign), "--name", "Again", "--form-id", "f2", "--json"))
    assert printed == described(db15, printed["id"])
    assert (printed["name"], printed["formId"]) == ("Again", "f2")
    assert "form f2 belongs to another campaign" in refusal(database15, "clone", str(campaign), "--form-id", "f2")
    assert f"campaign {NOBODY} is not known" in refusal(database15, "clone", NOBODY)


def test_a_server_that_is_not_there_is_one_line(database15: Database) -> None:
    commands = [
        "campaigns list",
        f"campaigns show {NOBODY}",
        f"campaigns create A --client {NOBODY}",
        f"campaigns update {NOBODY} --name A",
        f"campaigns pause {NOBODY}",
        f"campaigns resume {NOBODY}",
        f"campaigns deactivate {NOBODY}",
        f"campaigns clone {NOBODY}",
    ]
    for command, done in pg_drip_each(database15, *commands, PGPORT="1").items():
        assert "cannot connect" in refused(done), command


def test_the_role_of_callers_suffices(database15: Database, db15: Connection) -> None:
    """Campaigns are managed by routines alone: no right on a table is needed."""
    client = data.make_client(db15)
    name = f"caller_{database15.name}"
    db15.execute(f"create role {name} login; grant drip_api to {name}")
    try:
        as_caller = {"PGUSER": name}
        made = succeeded(invoke(database15, ["campaigns", "create", "A", "--client", str(client)], as_caller)).strip()
        for command in ("show", "pause", "resume", "clone", "deactivate"):
            succeeded(invoke(database15, ["campaigns", command, made], as_caller))
        succeeded(invoke(database15, ["campaigns", "update", made, "--name", "B"], as_caller))
        succeeded(invoke(database15, ["campaigns", "list"], as_caller))
    finally:
        db15.execute(f"drop role {name}")
