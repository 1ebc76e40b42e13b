"""/api/leads: enrollment of one or many, exits, and the journey that comes of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.support import data
from tests.support.clusters import Connection
from tests.support.http_door import CAMPAIGNS, LEADS, Door, answer_of, fields_of, new_form, problem_of

NOBODY = "00000000-0000-4000-8000-000000000042"


@pytest.fixture
def campaign(db: Connection, acme: UUID) -> UUID:
    return data.make_campaign(db, acme)


def enroll(door: Door, client: UUID, campaign: UUID, **fields: Any) -> Any:
    return door.client.post(LEADS, json={"clientId": str(client), "campaignId": str(campaign)} | fields)


def enroll_one(door: Door, client: UUID, campaign: UUID, **lead: Any) -> dict[str, Any]:
    [result] = answer_of(enroll(door, client, campaign, lead=lead))["results"]
    return dict(result)


# ---------------------------------------------------------------- enrollment


def test_one_lead(door: Door, db: Connection, acme: UUID, campaign: UUID) -> None:
    lead = {"firstName": "Ada", "lastName": "Lovelace", "phone": "+12025550142", "email": "ada@example.org"}
    report = answer_of(enroll(door, acme, campaign, lead=lead))
    assert list(report) == ["results", "enrolled", "refused"]
    assert (report["enrolled"], report["refused"]) == (1, 0)
    [result] = report["results"]
    assert list(result) == ["leadId", "result", "problem"]
    assert (result["result"], result["problem"]) == ("enrolled", None)
    row = data.lead(db, result["leadId"])
    assert (row["first_name"], row["last_name"], row["phone"]) == ("Ada", "Lovelace", "+12025550142")
    assert (row["campaign_link_id"], row["is_active"]) == (campaign, True)


def test_twice_is_a_result_and_no_error(door: Door, acme: UUID, campaign: UUID) -> None:
    first = enroll_one(door, acme, campaign, phone="+12025550142")
    again = enroll_one(door, acme, campaign, phone="+12025550142")
    assert (again["result"], again["leadId"]) == ("already_enrolled", first["leadId"])


def test_by_form(door: Door, acme: UUID) -> None:
    form = new_form()
    answer_of(door.client.post(CAMPAIGNS, json={"clientId": str(acme), "name": "By form", "formId": form}), 201)
    body = {"clientId": str(acme), "formId": form, "lead": {"phone": "+12025550142"}}
    assert answer_of(door.client.post(LEADS, json=body))["enrolled"] == 1


def test_a_thousand_at_once_in_their_order(door: Door, db: Connection, acme: UUID, campaign: UUID) -> None:
    leads = [{"phone": f"+1202555{number:04}", "firstName": f"No {number}"} for number in range(1000)]
    leads[500] = {"phone": "+1202"}
    report = answer_of(enroll(door, acme, campaign, leads=leads))
    assert (report["enrolled"], report["refused"]) == (999, 1)
    assert report["results"][500] == {"leadId": None, "result": "invalid", "problem": "phone has too few digits"}
    names: dict[str, str] = dict(
        db.execute("select l.id::text, l.first_name from drip.leads as l where l.client_id = %s", (acme,)).fetchall()
    )
    order = [names[one["leadId"]] for one in report["results"] if one["leadId"]]
    assert order == [f"No {number}" for number in range(1000) if number != 500]


def test_a_thousand_and_one_are_too_many(door: Door, acme: UUID, campaign: UUID) -> None:
    leads = [{"phone": f"+1202555{number:04}"} for number in range(1001)]
    assert fields_of(enroll(door, acme, campaign, leads=leads)) == {"leads"}


def test_numbers_as_people_write_them(door: Door, db: Connection, acme: UUID, campaign: UUID) -> None:
    international = enroll_one(door, acme, campaign, phone="+1 (202) 555-0142")
    national = answer_of(enroll(door, acme, campaign, lead={"phone": "202-555-0143"}, region="US"))["results"][0]
    phones = [data.lead(db, one["leadId"])["phone"] for one in (international, national)]
    assert phones == ["+12025550142", "+12025550143"]


@pytest.mark.parametrize(
    "lead",
    [
        {},
        {"phone": "202"},
        {"phone": "abc"},
        {"email": "nobody"},
        {"phone": ""},
        {"phone": "+12025550142", "timezone": "x"},
    ],
)
def test_one_that_is_no_lead_is_a_400(door: Door, acme: UUID, campaign: UUID, lead: dict[str, str]) -> None:
    response = enroll(door, acme, campaign, lead=lead)
    assert fields_of(response, "DR013") == {"lead"}
    assert not any(value and value in response.text for value in lead.values() if len(value) > 3)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"lead": {"phone": 12025550142}}, "lead.phone"),
        ({"lead": {"phone": "+12025550142", "age": 36}}, "lead.age"),
        ({"lead": {"phone": "+12025550142", "bookedAt": "soon"}}, "lead.bookedAt"),
        ({"lead": {"phone": "+12025550142", "currentMessagePosition": -1}}, "lead.currentMessagePosition"),
        ({"leads": [{"phone": "+12025550142"}, {"phone": []}]}, "leads.1.phone"),
        ({"leads": []}, "leads"),
        ({"lead": {"phone": "+12025550142"}, "region": "XX"}, "region"),
        ({"lead": {"phone": "+12025550142"}, "transfer": "yes"}, "transfer"),
        ({}, "body"),
        ({"lead": {"phone": "+12025550142"}, "leads": [{"phone": "+12025550142"}]}, "body"),
        ({"lead": {"phone": "+12025550142"}, "formId": "f"}, "body"),
    ],
)
def test_a_bad_field_is_named(door: Door, acme: UUID, campaign: UUID, fields: dict[str, Any], named: str) -> None:
    assert fields_of(enroll(door, acme, campaign, **fields)) == {named}


def test_an_unknown_campaign_or_client(door: Door, acme: UUID, campaign: UUID) -> None:
    lead = {"phone": "+12025550142"}
    problem_of(enroll(door, acme, UUID(NOBODY), lead=lead), 404, "DR002")
    problem_of(enroll(door, UUID(NOBODY), campaign, lead=lead), 400, "DR001")
    fields = fields_of(door.client.post(LEADS, json={"campaignId": str(campaign), "lead": lead}), "DR001")
    assert fields == {"clientId"}


def test_transfer_takes_a_lead_out_of_the_other_campaign(
    door: Door, db: Connection, acme: UUID, campaign: UUID
) -> None:
    second = data.make_campaign(db, acme, "Second")
    enroll_one(door, acme, campaign, phone="+12025550142")
    assert enroll_one(door, acme, second, phone="+12025550142")["result"] == "in_another_campaign"
    report = answer_of(enroll(door, acme, second, lead={"phone": "+12025550142"}, transfer=True))
    assert report["results"][0]["result"] == "enrolled"


# ---------------------------------------------------------------- exits


@pytest.mark.parametrize(
    ("verb", "body", "outcome"),
    [
        ("opt-out", None, "opted_out"),
        ("opt-out", {}, "opted_out"),
        ("booked", None, "booked"),
        ("booked", {"value": 99.5}, "booked"),
        ("remove", None, "abandoned"),
    ],
)
def test_an_exit(
    door: Door, db: Connection, acme: UUID, campaign: UUID, verb: str, body: dict[str, Any] | None, outcome: str
) -> None:
    lead = data.make_lead(db, acme, campaign, position=2)
    path = f"{LEADS}/{lead}/{verb}"
    answers = [
        answer_of(door.client.post(path, json=body) if body is not None else door.client.post(path)) for _ in "ab"
    ]
    wanted = {"leadId": str(lead), "clientId": str(acme), "outcome": outcome}
    assert answers == [wanted | {"changed": True}, wanted | {"changed": False}]
    row = data.lead(db, lead)
    [entry] = row["campaign_history"]
    assert (row["is_active"], entry["outcome"], entry["messagesReceived"]) == (False, outcome, 2)
    assert entry.get("value") == (body or {}).get("value")
    [line] = door.events("de_enrolled", 1, lead_id=str(lead))
    assert (line["level"], line["outcome"]) == ("debug", outcome)
    assert not {"name", "first_name", "phone", "email"} & set(line)


@pytest.mark.parametrize(
    ("fields", "verb", "outcome"),
    [
        ({"currentMessagePosition": 3}, "remove", "completed"),
        ({"bookedAt": "2026-01-01T00:00:00Z"}, "remove", "booked"),
        ({"optedOut": True}, "remove", "opted_out"),
        ({"optedOut": True}, "booked", "opted_out"),
        ({"bookedAt": "2026-01-01T00:00:00Z"}, "opt-out", "opted_out"),
    ],
)
def test_an_exit_tells_the_outcome_that_was_recorded(
    door: Door, acme: UUID, campaign: UUID, fields: dict[str, Any], verb: str, outcome: str
) -> None:
    lead = enroll_one(door, acme, campaign, phone="+12025550142", **fields)["leadId"]
    report = answer_of(door.client.post(f"{LEADS}/{lead}/{verb}"))
    assert (report["outcome"], report["changed"]) == (outcome, True)
    [stay] = answer_of(door.client.get(f"/api/admin/leads/{lead}/journey"))["journey"]
    assert stay["outcome"] == outcome
    [line] = door.events("de_enrolled", 1, lead_id=lead)
    assert line["outcome"] == outcome
    again = answer_of(door.client.post(f"{LEADS}/{lead}/remove"))
    assert (again["outcome"], again["changed"]) == (outcome, False)


def test_an_exit_of_a_lead_that_was_never_in_a_campaign(door: Door, db: Connection, acme: UUID) -> None:
    query = "insert into drip.leads (client_id, phone, is_active) values (%s, '+12025550143', false) returning id"
    lead = data.value(db, query, acme)
    removed = answer_of(door.client.post(f"{LEADS}/{lead}/remove"))
    assert (removed["outcome"], removed["changed"]) == (None, False)
    opted_out = answer_of(door.client.post(f"{LEADS}/{lead}/opt-out"))
    assert (opted_out["outcome"], opted_out["changed"]) == ("opted_out", True)


def test_a_bad_booking(door: Door, db: Connection, acme: UUID, campaign: UUID) -> None:
    lead = data.make_lead(db, acme, campaign)
    for value in (-1, "many", 1e300, True):
        response = door.client.post(f"{LEADS}/{lead}/booked", json={"value": value})
        assert response.status_code == 400
    assert data.lead(db, lead)["is_active"]


def test_an_unknown_lead_is_a_404(door: Door, acme: UUID) -> None:
    for verb in ("opt-out", "booked", "remove"):
        problem_of(door.client.post(f"{LEADS}/{NOBODY}/{verb}"), 404, "DR003")
        problem_of(door.client.post(f"{LEADS}/{NOBODY}/{verb}", json={"clientId": str(acme)}), 404, "DR003")
    problem_of(door.client.get(f"/api/admin/leads/{NOBODY}/journey"), 404, "DR003")
    problem_of(door.client.post(f"{LEADS}/1/opt-out"), 404)


# ---------------------------------------------------------------- journey


def test_the_journey(door: Door, db: Connection, acme: UUID, campaign: UUID) -> None:
    second = data.make_campaign(db, acme, "Second")
    lead = data.make_lead(db, acme, campaign, position=1)
    journey = f"/api/admin/leads/{lead}/journey"
    door.client.post(f"{LEADS}/{lead}/booked", json={"value": 1200})
    db.execute(
        "update drip.leads set campaign_link_id = %s, is_active = true, booked_at = null where id = %s", (second, lead)
    )
    report = answer_of(door.client.get(journey))
    assert list(report) == ["leadId", "journey"]
    first, last = report["journey"]
    assert list(first) == [
        "id",
        "clientId",
        "firstName",
        "lastName",
        "stay",
        "campaignId",
        "campaignName",
        "enrolledAt",
        "completedAt",
        "messagesReceived",
        "outcome",
        "value",
    ]
    assert (first["stay"], first["campaignId"], first["outcome"], first["value"]) == (1, str(campaign), "booked", 1200)
    assert (last["stay"], last["campaignName"], last["outcome"]) == (2, "Second", "in_progress")
    assert first["completedAt"].endswith("Z")


def test_a_lead_without_a_journey(door: Door, db: Connection, acme: UUID) -> None:
    lead = data.value(
        db, "insert into drip.leads (client_id, phone, is_active) values (%s, '+12025550142', false) returning id", acme
    )
    assert answer_of(door.client.get(f"/api/admin/leads/{lead}/journey")) == {"leadId": str(lead), "journey": []}
