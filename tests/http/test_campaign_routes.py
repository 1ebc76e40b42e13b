"""/api/admin/campaigns: list, create, show, change, pause."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from tests.support import data
from tests.support.clusters import Connection
from tests.support.http_door import CAMPAIGNS, Door, answer_of, fields_of, new_form, problem_of

KEYS = [
    "id",
    "name",
    "formId",
    "isPaused",
    "autoDiscovered",
    "messages",
    "clientId",
    "campaignType",
    "isActive",
    "deactivatedAt",
    "webinarDatetime",
    "zoomLink",
    "resourceName",
    "resourceLink",
    "statistics",
    "createdAt",
    "updatedAt",
    "lastEnrollmentAt",
]
MESSAGES = [{"step": 1, "delayMinutes": 5, "text": "Hello", "type": "email"}]
SYNC = "Changes will sync to Airtable within 5 minutes."


def create(door: Door, client: UUID, **fields: Any) -> dict[str, Any]:
    body = {"clientId": str(client), "name": "Welcome"} | fields
    campaign: dict[str, Any] = answer_of(door.client.post(CAMPAIGNS, json=body), 201)["campaign"]
    return campaign


def change(door: Door, campaign: dict[str, Any], **fields: Any) -> Any:
    return door.client.patch(f"{CAMPAIGNS}/{campaign['id']}", json=fields)


# ---------------------------------------------------------------- the object


def test_one_object_everywhere(door: Door, acme: UUID) -> None:
    made = create(door, acme, formId=new_form(), messages=MESSAGES, isPaused=True, resourceName="Guide")
    shown = answer_of(door.client.get(f"{CAMPAIGNS}/{made['id']}"))["campaign"]
    [listed] = answer_of(door.client.get(CAMPAIGNS, params={"clientId": str(acme)}))["campaigns"]
    changed = answer_of(change(door, made, isPaused=True))["campaign"]
    deleted = answer_of(door.client.delete(f"{CAMPAIGNS}/{made['id']}"))["campaign"]
    for one in (made, shown, listed, changed, deleted):
        assert list(one)[: len(KEYS)] == KEYS
        assert set(one) - set(KEYS) == {"reenrollOutcomes", "reenrollAfterDays"}
        assert one == made
    assert made["messages"] == MESSAGES
    assert (made["clientId"], made["resourceName"], made["autoDiscovered"]) == (str(acme), "Guide", False)


def test_timestamps_are_javascripts(door: Door, acme: UUID) -> None:
    made = create(door, acme)
    assert all(len(made[name]) == len("2026-01-31T09:30:00.000Z") and made[name].endswith("Z") for name in KEYS[15:17])
    assert (made["deactivatedAt"], made["lastEnrollmentAt"]) == (None, None)


def test_statistics_are_exact_at_once(door: Door, db: Connection, acme: UUID) -> None:
    made = create(door, acme, messages=MESSAGES)
    data.make_leads(db, acme, UUID(made["id"]), 3)
    shown = answer_of(door.client.get(f"{CAMPAIGNS}/{made['id']}"))["campaign"]
    assert shown["statistics"] == made["statistics"] | {"activeLeads": 3}
    assert set(shown["statistics"]["refused"].values()) == {0}
    assert shown["lastEnrollmentAt"] is not None


# ---------------------------------------------------------------- list


def test_pages_follow_each_other_newest_first(door: Door, acme: UUID) -> None:
    made = [create(door, acme, name=f"Campaign {number}")["id"] for number in range(5)]
    found: list[str] = []
    query: dict[str, str | int] = {"clientId": str(acme), "limit": 2}
    sizes = []
    while True:
        page = answer_of(door.client.get(CAMPAIGNS, params=query))
        assert list(page) == ["campaigns", "nextCursor"]
        sizes.append(len(page["campaigns"]))
        found += [campaign["id"] for campaign in page["campaigns"]]
        # Does not move the pages.
        create(door, acme, name="Meanwhile")
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]
    assert (found, sizes) == (made[::-1], [2, 2, 1])


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, {"retired", "paused", "found"}),
        ({"active": "true"}, {"paused", "found"}),
        ({"active": "false"}, {"retired"}),
        ({"paused": "true"}, {"paused"}),
        ({"paused": "false", "active": "true"}, {"found"}),
        ({"autoDiscovered": "true"}, {"found"}),
        ({"autoDiscovered": "false"}, {"retired", "paused"}),
    ],
)
def test_filters(door: Door, acme: UUID, filters: dict[str, str], names: set[str]) -> None:
    create(door, acme, name="retired", isActive=False)
    create(door, acme, name="paused", isPaused=True)
    create(door, acme, name="found", autoDiscovered=True)
    page = answer_of(door.client.get(CAMPAIGNS, params={"clientId": str(acme)} | filters))
    assert {campaign["name"] for campaign in page["campaigns"]} == names


def test_without_a_client_all_are_listed(door: Door, acme: UUID, other: UUID) -> None:
    ids = {create(door, client)["id"] for client in (acme, other)}
    page = answer_of(door.client.get(CAMPAIGNS, params={"limit": 1000}))
    assert ids <= {campaign["id"] for campaign in page["campaigns"]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"active": "yes"}, "active"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "\0"}, "cursor"),
        ({"clientId": "acme"}, "clientId"),
        ({"actve": "true"}, "actve"),
    ],
)
def test_a_bad_query_is_a_400(door: Door, query: dict[str, str], field: str) -> None:
    assert fields_of(door.client.get(CAMPAIGNS, params=query)) == {field}


def test_a_list_of_an_unknown_client_is_a_400(door: Door) -> None:
    query = {"clientId": "00000000-0000-4000-8000-000000000042"}
    problem_of(door.client.get(CAMPAIGNS, params=query), 400, "DR001")


# ---------------------------------------------------------------- create and change


def test_create_says_so(door: Door, acme: UUID) -> None:
    response = door.client.post(CAMPAIGNS, json={"clientId": str(acme), "name": "Welcome"})
    assert answer_of(response, 201)["message"] == f"Campaign created successfully. {SYNC}"


def test_the_guides_patch(door: Door, acme: UUID) -> None:
    made = create(door, acme, isPaused=True)
    patch = {
        "name": "Updated Campaign Name",
        "isPaused": False,
        "webinarDatetime": "2099-01-15T10:00:00Z",
        "zoomLink": "https://zoom.us/j/123456",
    }
    answered = answer_of(change(door, made, **patch))
    assert list(answered) == ["campaign", "message"]
    assert answered["message"] == f"Campaign updated successfully. {SYNC}"
    wanted = made | patch | {"webinarDatetime": "2099-01-15T10:00:00.000Z"}
    assert {k: v for k, v in answered["campaign"].items() if k != "updatedAt"} == {
        k: v for k, v in wanted.items() if k != "updatedAt"
    }


def test_null_clears_and_absence_keeps(door: Door, acme: UUID) -> None:
    made = create(door, acme, formId=new_form(), resourceName="Guide", resourceLink="https://example.org/guide")
    changed = answer_of(change(door, made, resourceLink=None))["campaign"]
    assert (changed["resourceLink"], changed["resourceName"], changed["formId"]) == (None, "Guide", made["formId"])
    assert answer_of(change(door, made, formId=None))["campaign"]["formId"] is None


@pytest.mark.parametrize("field", ["name", "campaignType", "messages", "isPaused", "isActive", "autoDiscovered"])
def test_what_cannot_be_without_cannot_be_cleared(door: Door, acme: UUID, field: str) -> None:
    assert fields_of(change(door, create(door, acme), **{field: None})) == {field}


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://a@b",
        "https://user:pass@example.org/",
        "ftp://example.org/",
        "//example.org",
        "example.org",
        "https://",
        "https://exa\u0007mple.org",
        "https://example.org/\u202e",
        "https://example.org/ x",
        "data:text/html,x",
    ],
)
@pytest.mark.parametrize("field", ["zoomLink", "resourceLink"])
def test_a_link_that_is_none_is_refused(door: Door, acme: UUID, field: str, link: str) -> None:
    made = create(door, acme)
    assert fields_of(change(door, made, **{field: link}), "DR016") == {field}
    assert answer_of(door.client.get(f"{CAMPAIGNS}/{made['id']}"))["campaign"] == made


@pytest.mark.parametrize("link", ["https://zoom.us/j/1?pwd=a%20b#x", "http://example.org"])
def test_a_link_that_is_one_is_kept(door: Door, acme: UUID, link: str) -> None:
    assert create(door, acme, zoomLink=link, resourceLink=link)["zoomLink"] == link


@pytest.mark.parametrize("field", ["name", "resourceName"])
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Guide ", "Guide"),
        ("<i>Guide</i>", "Guide"),
        ("Gui\u202ede", "Guide"),
        ("Guide\u0007", "Guide"),
        ("Ärzte & Co. – 5 < 6", "Ärzte & Co. – 5 < 6"),
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 255),
    ],
)
def test_names_are_made_plain_text(door: Door, acme: UUID, field: str, given: str, kept: str) -> None:
    assert create(door, acme, **{field: given})[field] == kept


def test_all_bad_values_are_named_together(door: Door, acme: UUID) -> None:
    body = {
        "clientId": str(acme),
        "name": "<br>",
        "formId": " f",
        "campaignType": "webinar",
        "webinarDatetime": "2001-01-01T00:00:00Z",
        "zoomLink": "javascript:x",
        "resourceLink": "https://a@b",
    }
    fields = fields_of(door.client.post(CAMPAIGNS, json=body), "DR016")
    assert fields == {"name", "formId", "webinarDatetime", "zoomLink", "resourceLink"}


def test_a_webinar_needs_date_and_link(door: Door, acme: UUID) -> None:
    body = {"clientId": str(acme), "name": "Webinar", "campaignType": "webinar"}
    assert fields_of(door.client.post(CAMPAIGNS, json=body), "DR016") == {"webinarDatetime", "zoomLink"}
    made = create(
        door, acme, campaignType="webinar", webinarDatetime="2099-01-01T00:00:00Z", zoomLink="https://zoom.us/j/1"
    )
    assert fields_of(change(door, made, zoomLink=None), "DR016") == {"zoomLink"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"messages": [{"step": 2, "delayMinutes": 0, "text": "x", "type": "sms"}]}, "messages"),
        ({"messages": [{"step": 1, "delayMinutes": -1, "text": "x", "type": "sms"}]}, "messages.0.delayMinutes"),
        ({"messages": [{"step": 1, "delayMinutes": 0, "text": "", "type": "sms"}]}, "messages.0.text"),
        ({"messages": [{"step": 1, "delayMinutes": 0, "text": "x", "type": "fax"}]}, "messages.0.type"),
        ({"messages": [{"step": 1, "delayMinutes": 0, "text": "x", "type": "sms", "y": 1}]}, "messages.0.y"),
        ({"isPaused": "true"}, "isPaused"),
        ({"isPaused": 1}, "isPaused"),
        ({"webinarDatetime": "tomorrow"}, "webinarDatetime"),
        ({"webinarDatetime": "2031-02-30T00:00:00Z"}, "webinarDatetime"),
        ({"webinarDatetime": 1}, "webinarDatetime"),
        ({"is_paused": True}, "is_paused"),
        ({"clientId": "11111111-1111-4111-8111-111111111111"}, "clientId"),
        ({"statistics": {}}, "statistics"),
        ({"reenrollAfterDays": 1.5}, "reenrollAfterDays"),
    ],
)
def test_a_bad_field_is_named(door: Door, acme: UUID, fields: dict[str, Any], named: str) -> None:
    response = change(door, create(door, acme), **fields)
    assert fields_of(response, response.json()["code"]) == {named}


def test_a_whole_number_may_be_written_as_a_fraction(door: Door, acme: UUID) -> None:
    text = json.dumps({"clientId": str(acme), "name": "Welcome", "messages": MESSAGES}).replace(": 5,", ": 5.0,")
    response = door.client.post(CAMPAIGNS, content=text, headers={"Content-Type": "application/json"})
    assert answer_of(response, 201)["campaign"]["messages"] == MESSAGES


def test_a_form_has_one_campaign(door: Door, acme: UUID) -> None:
    form = new_form()
    create(door, acme, formId=form)
    again = {"clientId": str(acme), "name": "Welcome", "formId": form}
    problem_of(door.client.post(CAMPAIGNS, json=again), 409, "DR015")
    problem_of(change(door, create(door, acme), formId=form), 409, "DR015")


def test_retiring_is_final(door: Door, acme: UUID) -> None:
    made = create(door, acme)
    retired = answer_of(change(door, made, isActive=False))["campaign"]
    assert (retired["isActive"], retired["deactivatedAt"] is None) == (False, False)
    problem_of(change(door, made, isActive=True), 409, "DR008")
    assert answer_of(change(door, made, isActive=False))["campaign"]["deactivatedAt"] == retired["deactivatedAt"]


# ---------------------------------------------------------------- delete


def test_delete_only_pauses(door: Door, acme: UUID) -> None:
    made = create(door, acme)
    for _ in range(2):
        answered = answer_of(door.client.delete(f"{CAMPAIGNS}/{made['id']}"))
        assert list(answered) == ["campaign", "message"]
        assert answered["message"] == f"Campaign deactivated successfully. {SYNC}"
        campaign = answered["campaign"]
        assert (campaign["isPaused"], campaign["isActive"], campaign["deactivatedAt"]) == (True, True, None)


def test_an_unknown_campaign_is_a_404(door: Door) -> None:
    path = f"{CAMPAIGNS}/00000000-0000-4000-8000-000000000042"
    for response in (door.client.get(path), door.client.patch(path, json={}), door.client.delete(path)):
        problem_of(response, 404, "DR002")


def test_an_id_that_is_none_is_a_404(door: Door) -> None:
    for path in (f"{CAMPAIGNS}/1", f"{CAMPAIGNS}/%00", f"{CAMPAIGNS}/x/y", f"{CAMPAIGNS}/", "/api/nothing"):
        problem_of(door.client.get(path), 404)


def test_methods_that_an_address_has_not(door: Door) -> None:
    for path, allowed in (
        (CAMPAIGNS, "GET, HEAD, OPTIONS, POST"),
        (f"{CAMPAIGNS}/00000000-0000-4000-8000-000000000042", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        (f"{CAMPAIGNS}/auto-create", "GET, HEAD, OPTIONS, POST"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ):
        response = door.anonymous().put(path)
        problem_of(response, 405)
        assert response.headers["allow"] == allowed
        options = door.anonymous().options(path)
        assert (options.status_code, options.headers["allow"], options.content) == (204, allowed, b"")


def test_head_is_get_without_a_body(door: Door, acme: UUID) -> None:
    got, headed = (door.client.request(method, CAMPAIGNS, params={"clientId": str(acme)}) for method in ("GET", "HEAD"))
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == got.headers["content-length"]
