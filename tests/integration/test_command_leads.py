"""pg-drip leads enroll, opt-out, opt-in, book, remove and journey."""

from __future__ import annotations

import json
import re
from uuid import UUID

import pytest

from tests.support import data
from tests.support.clusters import Connection, Database, Server
from tests.support.command_line import NOBODY, Done, invoke, pg_drip, pg_drip_each, refused, role, succeeded


def leads(database: Database, *arguments: object) -> Done:
    """One `pg-drip leads` command, in this process."""
    return invoke(database, ["leads", *map(str, arguments)], {})


@pytest.fixture
def client(db15: Connection) -> UUID:
    return data.make_client(db15)


@pytest.fixture
def campaign(db15: Connection, client: UUID) -> UUID:
    made = data.make_campaign(db15, client)
    db15.execute("update drip.campaigns set form_id = 'spring' where id = %s", (made,))
    return made


# ---------------------------------------------------------------- enroll


def test_enroll_makes_the_person_and_says_so_again(
    database15: Database, db15: Connection, client: UUID, campaign: UUID
) -> None:
    given = [
        "--first-name",
        "Ada",
        "--last-name",
        "Lovelace",
        "--email",
        "ada@example.com",
        "--timezone",
        "Europe/London",
    ]
    where = ["--client", str(client), "--campaign", str(campaign), "--phone", "(202) 555-0142", "--region", "us"]
    text = succeeded(pg_drip(database15, "leads", "enroll", *where, *given))
    [(lead, result)] = re.findall(r"^(\S{36})  (.+)$", text, re.MULTILINE)
    assert result == "enrolled"
    row = data.lead(db15, UUID(lead))
    assert (row["client_id"], row["campaign_link_id"], row["is_active"]) == (client, campaign, True)
    assert (row["first_name"], row["last_name"], row["email"]) == ("Ada", "Lovelace", "ada@example.com")
    assert (row["phone"], row["timezone"]) == ("+12025550142", "Europe/London")

    again = leads(database15, "enroll", "--client", client, "--form", "spring", "--phone", "+12025550142", "--json")
    assert json.loads(succeeded(again)) == {"leadId": lead, "result": "already_enrolled"}
    assert data.lead(db15, UUID(lead)) == row


def test_a_refusal_is_exit_code_1(database15: Database, db15: Connection, client: UUID, campaign: UUID) -> None:
    other = data.make_campaign(db15, client, "Other")
    lead = data.make_lead(db15, client, other, position=0)
    phone = data.lead(db15, lead)["phone"]
    where = ["enroll", "--client", client, "--campaign", campaign, "--phone", phone]

    done = leads(database15, *where)
    assert (done.returncode, done.stdout, done.stderr) == (1, f"{lead}  in another campaign\n", "")
    assert succeeded(leads(database15, *where, "--transfer")) == f"{lead}  enrolled\n"
    assert data.lead(db15, lead)["campaign_link_id"] == campaign
    succeeded(leads(database15, "opt-out", lead, "--client", client))
    done = leads(database15, *where, "--json")
    assert (done.returncode, json.loads(done.stdout)["result"]) == (1, "opted_out")
    data.assert_statistics_are_exact(db15)


def test_bad_input_enrolls_nobody(database15: Database, db15: Connection, client: UUID, campaign: UUID) -> None:
    whose = f"leads enroll --client {client}"
    usage = {
        f"{whose} --phone +12025550142": "Give either --campaign ID or --form FORM.",
        f"{whose} --campaign {campaign} --form spring --email a@x.org": "Give either --campaign ID or --form FORM.",
        f"{whose} --form spring": "Give --phone or --email.",
        f"{whose} --form spring --phone 2025550142": "no country code: give --region",
        f"{whose} --form spring --phone 555-0142 --region US": "lacks its area code",
        f"{whose} --form spring --phone no": "letters",
        f"{whose} --form spring --phone 2025550142 --region USA": "'USA' is no region",
        f"{whose} --form spring --email nobody": "email is no e-mail address",
        f"{whose} --form spring --email a@x.org --timezone Mars/Olympus": "timezone is no IANA name",
    }
    failures = {
        f"{whose} --form autumn --email a@x.org": "has no campaign for form autumn",
        f"{whose} --campaign {NOBODY} --email a@x.org": f"has no campaign {NOBODY}",
        f"leads enroll --client {NOBODY} --form spring --email a@x.org": f"client {NOBODY} is not known",
    }
    for command, done in pg_drip_each(database15, *usage, *failures).items():
        expected, exit_code = (usage[command], 2) if command in usage else (failures[command], 1)
        assert expected in refused(done, exit_code), command
    assert data.value(db15, "select count(*) from drip.leads") == 0


# ---------------------------------------------------------------- the others


def test_a_lead_goes_through_all_of_it(database15: Database, db15: Connection, client: UUID, campaign: UUID) -> None:
    whose = ("--client", client)
    enrolled = leads(database15, "enroll", *whose, "--campaign", campaign, "--email", "ada@example.com", "--json")
    lead = UUID(json.loads(succeeded(enrolled))["leadId"])
    assert succeeded(leads(database15, "opt-in", lead, *whose)) == "It had not opted out. Nothing was changed.\n"
    assert succeeded(leads(database15, "remove", lead, *whose)) == "Removed.\n"
    assert succeeded(leads(database15, "remove", lead, *whose)) == "It was in no campaign. Nothing was changed.\n"
    second = data.make_campaign(db15, client, "Second")
    succeeded(leads(database15, "enroll", *whose, "--campaign", second, "--email", "ada@example.com"))
    assert succeeded(leads(database15, "book", lead, *whose, "--value", "249.50")) == "Booked.\n"
    assert "Nothing was changed" in succeeded(leads(database15, "book", lead, *whose))
    third = data.make_campaign(db15, client, "Third")
    succeeded(leads(database15, "enroll", *whose, "--campaign", third, "--email", "ada@example.com"))
    assert succeeded(leads(database15, "opt-out", lead, *whose)) == "Opted out.\n"
    assert "Nothing was changed" in succeeded(leads(database15, "opt-out", lead, *whose))
    assert succeeded(leads(database15, "opt-in", lead, *whose)) == "Opted in.\n"
    fourth = data.make_campaign(db15, client, "Fourth")
    succeeded(leads(database15, "enroll", *whose, "--campaign", fourth, "--email", "ada@example.com"))

    stays = json.loads(succeeded(leads(database15, "journey", lead, *whose, "--json")))
    assert [(stay["campaignName"], stay["outcome"], stay["value"]) for stay in stays] == [
        ("Welcome", "abandoned", None),
        ("Second", "booked", "249.50"),
        ("Third", "opted_out", None),
        ("Fourth", "in_progress", None),
    ]
    text = succeeded(leads(database15, "journey", lead))
    assert [line.split()[-1] for line in text.splitlines()[2:]] == ["abandoned", "booked", "out", "progress"]
    data.assert_statistics_are_exact(db15)


def test_a_lead_that_was_nowhere(database15: Database, db15: Connection, client: UUID) -> None:
    lead = data.value(
        db15,
        "insert into drip.leads (client_id, phone, is_active) values (%s, '+12025550142', false) returning id",
        client,
    )
    assert succeeded(leads(database15, "journey", lead)) == "The lead has been in no campaign.\n"
    assert json.loads(succeeded(leads(database15, "journey", lead, "--json"))) == []


def test_a_lead_of_nobody_or_of_somebody_else_is_refused(
    database15: Database, db15: Connection, client: UUID, campaign: UUID
) -> None:
    lead = data.make_lead(db15, client, campaign, position=0)
    other = data.make_client(db15, "Other")
    before = data.contents(db15)
    for command in ("opt-out", "opt-in", "book", "remove", "journey"):
        for whose, which in ((other, lead), (client, NOBODY)):
            line = refused(leads(database15, command, which, "--client", whose))
            assert re.search(rf"{whose}.*{which}|{which}.*{whose}", line), command
    assert "there is no lead" in refused(leads(database15, "journey", NOBODY))
    for value in ("-1", "much", "NaN", "Infinity"):
        assert "--value" in refused(leads(database15, "book", lead, "--client", client, "--value", value), 2)
    assert data.contents(db15) == before


def test_a_member_of_drip_api_may_do_it_all(
    server15: Server, database15: Database, db15: Connection, client: UUID, campaign: UUID
) -> None:
    with role(server15, "drip_api") as user:
        as_member = database15.environment() | {"PGUSER": user}

        def done(*arguments: object) -> str:
            return succeeded(invoke(database15, ["leads", *map(str, arguments)], as_member))

        enroll = ("enroll", "--client", client, "--campaign", campaign, "--email", "ada@example.com", "--json")
        lead = json.loads(done(*enroll))["leadId"]
        for command, said in (
            ("book", "Booked."),
            ("opt-out", "Opted out."),
            ("opt-in", "Opted in."),
            ("remove", "It was"),
        ):
            assert done(command, lead, "--client", client).startswith(said)
