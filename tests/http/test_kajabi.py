"""POST /api/webhooks/kajabi/{clientId}: Kajabi's payload as it comes."""

from __future__ import annotations

import copy
import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.support import data
from tests.support.clusters import ROOT, Connection
from tests.support.http_door import CAMPAIGNS, Door, answer_of, fields_of, problem_of

# As Kajabi's public reference has it; read where it lies.
SAMPLE = json.loads((ROOT.parent / "shared" / "data" / "kajabi_form_submission.json").read_text())
FORM = "2147483647"


def post(door: Door, client: UUID, body: Any) -> httpx.Response:
    return door.client.post(f"/api/webhooks/kajabi/{client}", json=body)


def report_of(door: Door, client: UUID, body: Any) -> list[dict[str, Any]]:
    report = answer_of(post(door, client, body))
    assert list(report) == ["results", "enrolled", "refused"]
    assert report["enrolled"] == sum(one["result"] == "enrolled" for one in report["results"])
    assert report["enrolled"] + report["refused"] == len(report["results"])
    return list(report["results"])


def submission(number: int = 1, form: Any = FORM, **attributes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(number),
        "type": "form_submissions",
        "attributes": {"name": "Ada Lovelace", "email": f"ada{number}@example.org"} | attributes,
    }
    if form is not None:
        found["relationships"] = {"form": {"data": {"id": form, "type": "forms"}}}
    return found


def form(form_id: str = FORM, title: Any = "Spring") -> dict[str, Any]:
    return {"id": form_id, "type": "forms", "attributes": {"title": title}}


def people(db: Connection, client: UUID) -> list[dict[str, Any]]:
    return data.rows(db, "select * from drip.leads where client_id = %s order by created_at, id", client)


def test_the_sample_however_often_it_is_sent(door: Door, db: Connection, acme: UUID) -> None:
    [first] = report_of(door, acme, SAMPLE)
    assert list(first) == [
        "submissionId",
        "formId",
        "campaignId",
        "campaignCreated",
        "leadId",
        "result",
        "problem",
        "notes",
    ]
    assert (first["submissionId"], first["formId"]) == ("313", FORM)
    assert (first["result"], first["campaignCreated"], first["problem"], first["notes"]) == ("enrolled", True, None, [])
    for _ in range(3):
        [again] = report_of(door, acme, SAMPLE)
        assert again == first | {"result": "already_enrolled", "campaignCreated": False}

    [lead] = people(db, acme)
    assert str(lead["id"]) == first["leadId"]
    assert (lead["first_name"], lead["last_name"], lead["email"]) == ("John", "Doe", "john.doe@example.com")
    assert (lead["phone"], lead["is_active"]) == ("+15555550123", True)
    [campaign] = answer_of(door.client.get(CAMPAIGNS, params={"clientId": str(acme)}))["campaigns"]
    assert campaign["id"] == first["campaignId"] == str(lead["campaign_link_id"])
    assert campaign["name"] == "Lead Magnet Registration Campaign"
    assert (campaign["isPaused"], campaign["autoDiscovered"], campaign["formId"]) == (True, True, FORM)


def test_many_submissions_of_many_forms(door: Door, db: Connection, acme: UUID) -> None:
    payload = [
        submission(1, "10"),
        form("20", "Summer"),
        submission(2, "20"),
        {"id": "2", "type": "sites"},
        submission(3, "10"),
        form("10", "Spring"),
        submission(1, "10"),
    ]
    results = report_of(door, acme, {"event": "form_submission", "payload": payload})
    assert [one["submissionId"] for one in results] == ["1", "2", "3", "1"]
    assert [one["result"] for one in results] == ["enrolled", "enrolled", "enrolled", "already_enrolled"]
    assert [one["campaignCreated"] for one in results] == [True, True, False, False]
    assert len(people(db, acme)) == 3
    names = data.column(db, "select name from drip.campaigns where client_id = %s order by name", acme)
    assert names == ["Spring Campaign", "Summer Campaign"]


def test_one_submission_without_an_array(door: Door, acme: UUID) -> None:
    [one] = report_of(door, acme, {"payload": submission()})
    assert one["result"] == "enrolled"


@pytest.mark.parametrize("title", [None, "", 5, {}])
def test_a_form_without_a_title_is_named_by_its_id(door: Door, db: Connection, acme: UUID, title: Any) -> None:
    report_of(door, acme, {"payload": [submission(), form(title=title)]})
    assert data.value(db, "select name from drip.campaigns where client_id = %s", acme) == f"Form {FORM} Campaign"


def test_the_form_itself_may_be_missing(door: Door, db: Connection, acme: UUID) -> None:
    report_of(door, acme, {"payload": [submission(), form("99", "Another")]})
    assert data.value(db, "select name from drip.campaigns where client_id = %s", acme) == f"Form {FORM} Campaign"


@pytest.mark.parametrize("number", [None, "", " ", [], {}, True, "x" * 300, "<b>"])
def test_a_submission_of_no_form_is_a_result(door: Door, db: Connection, acme: UUID, number: Any) -> None:
    bad, good = report_of(door, acme, {"payload": [submission(1, number), submission(2)]})
    assert (bad["result"], bad["leadId"], bad["campaignId"]) == ("invalid", None, None)
    assert bad["problem"]
    assert good["result"] == "enrolled"
    assert len(people(db, acme)) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"relationships": None},
        {"relationships": {"form": None}},
        {"relationships": {"form": {"data": None}}},
        {"relationships": {"form": {"data": []}}},
        {"attributes": None},
        {"attributes": []},
    ],
)
def test_missing_pieces_are_results(door: Door, acme: UUID, broken: dict[str, Any]) -> None:
    [result] = report_of(door, acme, {"payload": [submission() | broken]})
    assert result["result"] == "invalid"
    assert result["problem"]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Ada Lovelace", "Ada", "Lovelace"),
        ("  Ada   King  Lovelace ", "Ada", "King Lovelace"),
        ("Ada", "Ada", None),
        ("", None, None),
        (None, None, None),
        ("<b>Ada</b> Lovelace", "Ada", "Lovelace"),
    ],
)
def test_the_name_is_split(
    door: Door, db: Connection, acme: UUID, name: str | None, first: str | None, last: str | None
) -> None:
    report_of(door, acme, {"payload": [submission(name=name)]})
    [lead] = people(db, acme)
    assert (lead["first_name"], lead["last_name"]) == (first, last)


@pytest.mark.parametrize(
    ("phones", "kept"),
    [
        ({"phone_number": "+1 (202) 555-0142"}, "+12025550142"),
        ({"phone_number": None, "mobile_phone_number": "+12025550143"}, "+12025550143"),
        ({"business_number": "+12025550144"}, "+12025550144"),
        ({"phone_number": "none", "mobile_phone_number": "+12025550143"}, "+12025550143"),
    ],
)
def test_the_first_number_that_is_one_is_taken(
    door: Door, db: Connection, acme: UUID, phones: dict[str, Any], kept: str
) -> None:
    [result] = report_of(door, acme, {"payload": [submission(**phones)]})
    assert (result["result"], result["notes"]) == ("enrolled", [])
    assert people(db, acme)[0]["phone"] == kept


@pytest.mark.parametrize("phone", ["202-555-0142", "none", "+1202", "+12025550142 ext. 5"])
def test_a_number_that_is_none_is_dropped_with_a_note(door: Door, db: Connection, acme: UUID, phone: str) -> None:
    [result] = report_of(door, acme, {"payload": [submission(phone_number=phone)]})
    assert result["result"] == "enrolled"
    [note] = result["notes"]
    assert note.startswith("phone dropped: ")
    assert phone not in note
    assert people(db, acme)[0]["phone"] is None


def test_without_an_address_a_bad_number_is_no_lead(door: Door, db: Connection, acme: UUID) -> None:
    [result] = report_of(door, acme, {"payload": [submission(phone_number="none", email=None)]})
    assert (result["result"], result["leadId"]) == ("invalid", None)
    assert result["notes"] == ["phone dropped: phone has letters"]
    assert people(db, acme) == []


def test_an_address_that_is_none_is_dropped_with_a_note(door: Door, db: Connection, acme: UUID) -> None:
    payload = [submission(1, email="nobody", phone_number="+12025550142"), submission(2)]
    bad, good = report_of(door, acme, {"payload": payload})
    assert [bad["result"], good["result"]] == ["enrolled", "enrolled"]
    assert bad["notes"][0].startswith("email dropped: ")
    assert (good["notes"], bad["problem"]) == ([], None)
    assert {lead["phone"] for lead in people(db, acme)} == {"+12025550142", None}


def test_a_refusal_is_a_result(door: Door, db: Connection, acme: UUID) -> None:
    [first] = report_of(door, acme, SAMPLE)
    answer_of(door.client.post(f"/api/leads/{first['leadId']}/opt-out"))
    [again] = report_of(door, acme, SAMPLE)
    assert (again["result"], again["leadId"]) == ("opted_out", first["leadId"])
    answer_of(door.client.patch(f"{CAMPAIGNS}/{first['campaignId']}", json={"isActive": False}))
    changed = copy.deepcopy(SAMPLE)
    changed["payload"][0]["attributes"] |= {"email": "new@example.org", "phone_number": None}
    [retired] = report_of(door, acme, changed)
    assert retired["result"] == "campaign_inactive"


def test_other_events_do_nothing(door: Door, db: Connection, acme: UUID) -> None:
    bodies: list[dict[str, Any]] = [
        {"event": "purchase", "payload": [{"id": "1", "type": "purchases"}]},
        {"payload": []},
        {"payload": {}},
    ]
    for body in bodies:
        assert report_of(door, acme, body) == []
    assert people(db, acme) == []


def test_what_is_no_payload_is_a_400(door: Door, acme: UUID) -> None:
    assert fields_of(post(door, acme, {})) == {"payload"}
    for payload in ("x", [5], None):
        assert post(door, acme, {"payload": payload}).status_code == 400
    problem_of(post(door, UUID("00000000-0000-4000-8000-000000000042"), SAMPLE), 400, "DR001")
    problem_of(post(door, UUID("00000000-0000-4000-8000-000000000042"), {"payload": []}), 400, "DR001")
    problem_of(door.client.post("/api/webhooks/kajabi/acme", json=SAMPLE), 404)


def test_a_document_of_json_api_will_do(door: Door, acme: UUID) -> None:
    [one] = report_of(door, acme, {"payload": {"data": submission(), "included": [form()]}})
    assert (one["result"], one["campaignCreated"]) == ("enrolled", True)
    [again] = report_of(door, acme, {"payload": {"data": [submission()]}})
    assert again["result"] == "already_enrolled"


def test_what_has_no_submission_leaves_a_warning(door: Door, acme: UUID) -> None:
    since = len(door.log())
    assert report_of(door, acme, {"event": "form_submission", "payload": {"type": "offers", "id": "1"}}) == []
    [line] = door.events("no_submission", 1, since, client_id=str(acme))
    assert line["level"] == "warning"


def test_a_payload_of_another_kind_is_named_as_it_was_sent(door: Door, acme: UUID) -> None:
    assert fields_of(post(door, acme, {"payload": "x"})) == {"payload"}


def test_a_form_that_makes_no_campaign_counts_as_failed(door: Door, acme: UUID) -> None:
    name = 'drip_auto_creations_total{result="failed"}'
    before = door.metric(name)
    [one] = report_of(door, acme, {"payload": submission(form="<b>")})
    assert one["result"] == "invalid"
    assert door.metric(name) == before + 1
