"""POST and GET /api/admin/campaigns/auto-create: the guide's requests, bodies, statuses and texts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.http_door import (
    AUTO_CREATE,
    CAMPAIGNS,
    KEY,
    UNLIMITED,
    Door,
    answer_of,
    fields_of,
    new_form,
    problem_of,
    served,
)

GUIDE_FIELDS = ["id", "name", "formId", "isPaused", "autoDiscovered", "messages"]
CREATED = "Campaign auto-created successfully (paused for review)"
EXISTS = "Campaign already exists"
DEFAULT_MESSAGES = [
    {
        "step": 1,
        "delayMinutes": 0,
        "text": "Hi {{firstName}}, thank you for your interest! We'll be in touch soon.",
        "type": "sms",
    }
]


@pytest.fixture
def each_door(database: Database) -> Iterator[Door]:
    with served(database, *UNLIMITED) as found:
        yield found


def test_the_guides_request(each_door: Door) -> None:
    with each_door.database.connect() as db:
        client = data.make_client(db)
    body = {
        "clientId": str(client),
        "formId": "kajabi_form_123",
        "formName": "Lead Magnet Registration",
        "apiKey": KEY,
    }

    first = answer_of(each_door.anonymous().post(AUTO_CREATE, json=body), 201)
    again = answer_of(each_door.anonymous().post(AUTO_CREATE, json=body), 200)

    assert list(first) == list(again) == ["campaign", "message", "created"]
    assert (first["message"], first["created"]) == (CREATED, True)
    assert (again["message"], again["created"]) == (EXISTS, False)
    campaign = first["campaign"]
    assert list(campaign)[:6] == GUIDE_FIELDS
    assert again["campaign"] == campaign
    assert {name: campaign[name] for name in GUIDE_FIELDS[1:]} == {
        "name": "Lead Magnet Registration Campaign",
        "formId": "kajabi_form_123",
        "isPaused": True,
        "autoDiscovered": True,
        "messages": DEFAULT_MESSAGES,
    }
    assert campaign["clientId"] == str(client)


def test_the_guides_health_check(door: Door) -> None:
    assert answer_of(door.anonymous().get(AUTO_CREATE)) == {
        "status": "ok",
        "endpoint": "auto-create",
        "message": "Campaign auto-creation endpoint is active",
        "keyConfigured": True,
        "database": "ok",
    }


def post(door: Door, client: UUID, **fields: Any) -> httpx.Response:
    return door.client.post(AUTO_CREATE, json={"clientId": str(client), "formId": new_form()} | fields)


def test_without_a_name_the_form_gives_it(door: Door, acme: UUID) -> None:
    for name in (None, "", "  ", "<br>"):
        campaign = answer_of(post(door, acme, formId=(form := new_form()), formName=name), 201)["campaign"]
        assert campaign["name"] == f"Form {form} Campaign"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Spring  ", "Spring Campaign"),
        ("<b>Spring</b>", "Spring Campaign"),
        ("Spring <script>alert(1)</script>", None),
        ("Spring\u202e", "Spring Campaign"),
        ("Sp\tring\u0007", None),
        ("Fisch & Söhne 🐟", "Fisch & Söhne 🐟 Campaign"),
        ("x" * 256, "x" * 246 + " Campaign"),
    ],
)
def test_the_name_is_made_plain_text(door: Door, acme: UUID, given: str, kept: str | None) -> None:
    name = answer_of(post(door, acme, formName=given), 201)["campaign"]["name"]
    assert not {"<", ">", "\u202e", "\u0007", "\t"} & set(name)
    assert len(name) <= 255
    assert name.endswith(" Campaign")
    if kept is not None:
        assert name == kept


@pytest.mark.parametrize("form", ["", " ", " f", "f ", "<b>f</b>", "f\u202e", "f\u0007", "f\n", "x" * 256])
def test_a_form_id_is_refused_rather_than_changed(door: Door, acme: UUID, form: str) -> None:
    response = post(door, acme, formId=form)
    assert response.status_code == 400
    assert response.json()["code"] in ("DR400", "DR016")
    assert answer_of(door.client.get(CAMPAIGNS, params={"clientId": str(acme)}))["campaigns"] == []


def test_a_form_id_that_the_database_refuses_is_named_too(door: Door, acme: UUID) -> None:
    for bad in ("a\u202eb", "<b>", "x\n"):
        response = door.client.post(AUTO_CREATE, json={"clientId": str(acme), "formId": bad})
        assert fields_of(response, "DR016") == {"formId"}


def test_a_form_id_of_255_characters_is_kept(door: Door, acme: UUID) -> None:
    form = "f" * 255
    campaign = answer_of(post(door, acme, formId=form), 201)["campaign"]
    assert campaign["formId"] == form
    assert len(campaign["name"]) <= 255


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"clientId", "formId"}),
        ({"clientId": "acme", "formId": 5}, {"clientId", "formId"}),
        ({"clientId": None, "formId": None}, {"clientId", "formId"}),
        ({"clientId": "11111111111141118111111111111111", "formId": "f"}, {"clientId"}),
        ({"clientId": "11111111-1111-4111-8111-111111111111", "formId": "f", "formName": 5}, {"formName"}),
        ({"clientId": "11111111-1111-4111-8111-111111111111", "formId": "f", "form_name": "n"}, {"form_name"}),
        ([], {"body"}),
    ],
)
def test_every_invalid_field_is_named(door: Door, body: Any, fields: set[str]) -> None:
    assert fields_of(door.client.post(AUTO_CREATE, json=body)) == fields


def test_an_unknown_client_is_a_400(door: Door, db: Connection) -> None:
    problem_of(post(door, UUID("00000000-0000-4000-8000-000000000042")), 400, "DR001")
    assert data.value(db, "select count(*) from drip.campaigns where form_id = '42'") == 0


def test_a_retired_campaign_comes_back_as_it_is(door: Door, acme: UUID) -> None:
    form = new_form()
    made = answer_of(post(door, acme, formId=form), 201)["campaign"]
    answer_of(door.client.patch(f"{CAMPAIGNS}/{made['id']}", json={"isActive": False}))
    again = answer_of(post(door, acme, formId=form))
    assert (again["created"], again["campaign"]["id"], again["campaign"]["isActive"]) == (False, made["id"], False)


def test_forms_belong_to_their_client(door: Door, acme: UUID, other: UUID) -> None:
    form = new_form()
    ids = {answer_of(post(door, client, formId=form), 201)["campaign"]["id"] for client in (acme, other)}
    assert len(ids) == 2


def test_concurrent_calls_make_one_campaign_a_form(door: Door, db: Connection, acme: UUID) -> None:
    forms = [new_form() for _ in range(5)]
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(lambda form: post(door, acme, formId=form), forms * 20))
    assert sorted(response.status_code for response in responses) == [200] * 95 + [201] * 5
    assert len({response.json()["campaign"]["id"] for response in responses}) == 5
    assert data.value(db, "select count(*) from drip.campaigns where client_id = %s", acme) == 5


def test_the_log_has_the_guides_events(door: Door, acme: UUID) -> None:
    form = new_form()
    post(door, acme, formId=form)
    post(door, acme, formId=form)
    lines = [line for line in door.log() if line.get("form_id") == form]
    assert [line["event"] for line in lines] == ["auto_created", "already_exists"]
    assert len({line["campaign_id"] for line in lines}) == 1
    assert all(line["request_id"] for line in lines)


def test_results_are_counted(door: Door, acme: UUID) -> None:
    names = [f'drip_auto_creations_total{{result="{result}"}}' for result in ("created", "exists", "failed")]
    before = [door.metric(name) for name in names]
    form = new_form()
    for _ in range(3):
        post(door, acme, formId=form)
    post(door, UUID("00000000-0000-4000-8000-000000000042"))
    assert [door.metric(name) - then for name, then in zip(names, before, strict=True)] == [1, 2, 1]
