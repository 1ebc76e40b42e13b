"""Who comes in, and what each may do: keys in all their places, scopes, and one client's key against another's rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.http_door import (
    AUTO_CREATE,
    CAMPAIGNS,
    HEALTH,
    KEY,
    LEADS,
    SWEEP,
    UNLIMITED,
    Door,
    answer_of,
    new_form,
    problem_of,
    served,
)

NOBODY = "00000000-0000-4000-8000-000000000042"
OPEN = [AUTO_CREATE, "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"]
WEBHOOK = "/api/webhooks/kajabi"


@dataclass(frozen=True)
class Route:
    """One guarded route, with a request that names a client's rows."""

    scope: str
    method: str
    path: Callable[[UUID, UUID, UUID], str]
    body: Callable[[UUID, UUID, UUID], dict[str, Any] | None]
    names_client: bool


def route(scope: str, method: str, path: str, *, names_client: bool = False, **body: Any) -> Route:
    def fill(value: Any, client: UUID, campaign: UUID, lead: UUID) -> Any:
        known = {"{client}": str(client), "{campaign}": str(campaign), "{lead}": str(lead)}
        if isinstance(value, str):
            for name, text in known.items():
                value = value.replace(name, text)
        return value

    return Route(
        scope,
        method,
        lambda *ids: str(fill(path, *ids)),
        lambda *ids: {name: fill(value, *ids) for name, value in body.items()} if method in ("POST", "PATCH") else None,
        names_client,
    )


GUARDED = {
    "auto-create": route("admin", "POST", AUTO_CREATE, clientId="{client}", formId="f", names_client=True),
    "list": route("read", "GET", CAMPAIGNS + "?clientId={client}", names_client=True),
    "create": route("admin", "POST", CAMPAIGNS, clientId="{client}", name="Welcome", names_client=True),
    "show": route("read", "GET", CAMPAIGNS + "/{campaign}"),
    "change": route("admin", "PATCH", CAMPAIGNS + "/{campaign}", name="Mine now"),
    "pause": route("admin", "DELETE", CAMPAIGNS + "/{campaign}"),
    "sweep": route("admin", "POST", SWEEP, clientId="{client}", names_client=True),
    "dry run": route("admin", "POST", SWEEP, clientId="{client}", dryRun=True, names_client=True),
    "journey": route("read", "GET", "/api/admin/leads/{lead}/journey"),
    "enroll": route(
        "leads",
        "POST",
        LEADS,
        clientId="{client}",
        campaignId="{campaign}",
        lead={"phone": "+12025550142"},
        names_client=True,
    ),
    "opt out": route("leads", "POST", LEADS + "/{lead}/opt-out"),
    "opt out, named": route("leads", "POST", LEADS + "/{lead}/opt-out", clientId="{client}", names_client=True),
    "book": route("leads", "POST", LEADS + "/{lead}/booked"),
    "remove": route("leads", "POST", LEADS + "/{lead}/remove"),
    "webhook": route("webhook", "POST", WEBHOOK + "/{client}", payload=[], names_client=True),
}
each_route = pytest.mark.parametrize("name", GUARDED)


@pytest.fixture
def campaign(db: Connection, acme: UUID) -> UUID:
    return data.make_campaign(db, acme)


@pytest.fixture
def lead(db: Connection, acme: UUID, campaign: UUID) -> UUID:
    return data.make_lead(db, acme, campaign)


def ask(client: httpx.Client, name: str, *ids: UUID, **headers: str) -> httpx.Response:
    of = GUARDED[name]
    return client.request(of.method, of.path(*ids), json=of.body(*ids), headers=headers)


# ---------------------------------------------------------------- a key is asked for


def test_what_asks_for_no_key(door: Door) -> None:
    for path in OPEN:
        assert door.anonymous().get(path).status_code == 200


@each_route
def test_everything_else_does(door: Door, db: Connection, name: str, acme: UUID, campaign: UUID, lead: UUID) -> None:
    before = data.contents(db)
    refusals = [
        problem_of(ask(client, name, acme, campaign, lead), 401)
        for client in (
            door.anonymous(),
            door.with_key("wrong"),
            door.with_key(f"drip_0123456789_{'x' * 43}"),
            door.with_key(KEY + "x"),
            door.with_key(KEY[:-1]),
        )
    ]
    # Whatever is the matter with the key, the answer is the same.
    assert len({tuple((k, v) for k, v in refusal.items() if k != "requestId") for refusal in refusals}) == 1
    assert data.contents(db) == before


def test_health_asks_too(door: Door) -> None:
    problem_of(door.anonymous().get(HEALTH), 401)


def test_revoked_and_expired_ones_end_at_once(door: Door, db: Connection, acme: UUID) -> None:
    revoked, expired = (door.make_key(db, acme, "read") for _ in range(2))
    for key in (revoked, expired):
        answer_of(door.with_key(key).get(CAMPAIGNS))
    for column, key in (("revoked_at", revoked), ("expires_at", expired)):
        db.execute(
            f"update drip_internal.api_keys set {column} = now() where key_sha256 = sha256(convert_to(%s, 'UTF8'))",
            (key,),
        )
        response = door.with_key(key).get(CAMPAIGNS)
        problem = problem_of(response, 401)
        missing = problem_of(door.anonymous().get(CAMPAIGNS), 401)
        assert problem | {"requestId": ""} == missing | {"requestId": ""}
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_two_live_keys_while_rotating(door: Door, db: Connection, acme: UUID) -> None:
    old = door.make_key(db, acme, "read")
    key_id = data.value(
        db, "select id from drip_internal.api_keys where key_sha256 = sha256(convert_to(%s, 'UTF8'))", old
    )
    new = data.value(db, "select k.key from drip.rotate_api_key(%s) as k", key_id)
    door.secrets.append(new)
    for key in (old, new):
        answer_of(door.with_key(key).get(CAMPAIGNS))


# ---------------------------------------------------------------- where a key may be


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer   {KEY}"},
        {"X-API-Key": KEY},
        {"X-API-Key": KEY, "Authorization": f"Bearer {KEY}"},
    ],
)
def test_a_key_in_a_header(door: Door, headers: dict[str, str]) -> None:
    answer_of(door.anonymous().get(CAMPAIGNS, headers=headers))


@pytest.mark.parametrize("name", ["auto-create", "create", "change", "enroll", "opt out", "webhook"])
def test_a_key_in_the_body(door: Door, name: str, acme: UUID, campaign: UUID, lead: UUID) -> None:
    of = GUARDED[name]
    body = (of.body(acme, campaign, lead) or {}) | {"apiKey": KEY}
    response = door.anonymous().request(of.method, of.path(acme, campaign, lead), json=body)
    assert response.status_code in (200, 201), response.text


def test_the_same_key_twice_is_one(door: Door, acme: UUID) -> None:
    answer_of(door.client.post(AUTO_CREATE, json={"clientId": str(acme), "formId": new_form(), "apiKey": KEY}), 201)


def test_two_different_keys_are_none(door: Door, db: Connection, acme: UUID) -> None:
    other_key = door.make_key(db, None, "admin")
    body = {"clientId": str(acme), "formId": new_form()}
    for headers, in_body in (
        ({"X-API-Key": KEY}, other_key),
        ({"X-API-Key": other_key}, KEY),
        ({"X-API-Key": KEY}, ""),
        ({"X-API-Key": KEY, "Authorization": f"Bearer {other_key}"}, None),
    ):
        response = door.anonymous().post(
            AUTO_CREATE, json=body | ({} if in_body is None else {"apiKey": in_body}), headers=headers
        )
        problem_of(response, 401)
    problem_of(
        door.anonymous().post(f"{WEBHOOK}/{acme}?token={other_key}", json={"payload": []}, headers={"X-API-Key": KEY}),
        401,
    )
    assert data.value(db, "select count(*) from drip.campaigns where client_id = %s", acme) == 0


@pytest.mark.parametrize("key", ["", " ", 5, None, [], {}])
def test_what_is_no_key_in_the_body(door: Door, acme: UUID, key: Any) -> None:
    body = {"clientId": str(acme), "formId": new_form(), "apiKey": key}
    problem_of(door.anonymous().post(AUTO_CREATE, json=body), 401)


def test_a_token_is_for_the_webhook_alone(door: Door, db: Connection, acme: UUID, other: UUID) -> None:
    token = door.make_key(db, acme, "webhook")
    anonymous = door.anonymous()
    answer_of(anonymous.post(f"{WEBHOOK}/{acme}?token={token}", json={"payload": []}))
    problem_of(anonymous.post(f"{WEBHOOK}/{other}?token={token}", json={"payload": []}), 403)
    problem_of(anonymous.post(f"{WEBHOOK}/{acme}?token=wrong", json={"payload": []}), 401)
    problem_of(anonymous.post(f"{WEBHOOK}/{acme}?token=", json={"payload": []}), 401)
    problem_of(anonymous.post(f"{WEBHOOK}/{acme}?token={token}&token={KEY}", json={"payload": []}), 401)
    for path in (CAMPAIGNS, HEALTH):
        problem_of(anonymous.get(f"{path}?token={token}"), 401)


def test_no_key_that_can_do_more_is_taken_from_an_address(door: Door, db: Connection, acme: UUID) -> None:
    for key in (KEY, door.make_key(db, acme, "admin"), door.make_key(db, acme, "webhook", "leads")):
        problem_of(door.anonymous().post(f"{WEBHOOK}/{acme}?token={key}", json={"payload": []}), 403)


# ---------------------------------------------------------------- scopes and clients


@each_route
@pytest.mark.parametrize("scope", ["admin", "leads", "webhook", "read"])
def test_scopes(door: Door, db: Connection, name: str, scope: str, acme: UUID, campaign: UUID, lead: UUID) -> None:
    client = door.with_key(door.make_key(db, acme, scope))
    response = ask(client, name, acme, campaign, lead)
    if scope in ("admin", GUARDED[name].scope):
        assert response.status_code in (200, 201), response.text
    else:
        problem_of(response, 403)


@each_route
def test_a_clients_key_is_for_its_rows(
    door: Door, db: Connection, name: str, acme: UUID, campaign: UUID, lead: UUID, other: UUID
) -> None:
    client = door.with_key(door.make_key(db, other, "admin"))
    before = data.contents(db)
    response = ask(client, name, acme, campaign, lead)
    if GUARDED[name].names_client:
        # Named or not known, the answer is the same.
        refusals = [problem_of(one, 403) for one in (response, ask(client, name, UUID(NOBODY), campaign, lead))]
    else:
        code = "DR002" if "campaigns" in GUARDED[name].path(acme, campaign, lead) else "DR003"
        nobody = ask(client, name, acme, UUID(NOBODY), UUID(NOBODY))
        refusals = [problem_of(one, 404, code) for one in (response, nobody)]
        for refusal, id_ in zip(refusals, (campaign if code == "DR002" else lead, NOBODY), strict=True):
            refusal["detail"] = refusal["detail"].replace(str(id_), "ID")
    assert refusals[0] | {"requestId": ""} == refusals[1] | {"requestId": ""}
    assert "Acme" not in response.text
    assert data.contents(db) == before


def test_enrolling_in_anothers_campaign_is_as_in_none(
    door: Door, db: Connection, acme: UUID, campaign: UUID, other: UUID
) -> None:
    client = door.with_key(door.make_key(db, other, "leads"))
    for campaign_id in (str(campaign), NOBODY):
        body = {"campaignId": campaign_id, "lead": {"phone": "+12025550142"}}
        problem_of(client.post(LEADS, json=body), 404, "DR002")
    assert data.value(db, "select count(*) from drip.leads where client_id = %s", other) == 0


def test_a_clients_key_need_not_name_it(door: Door, db: Connection, acme: UUID, campaign: UUID, other: UUID) -> None:
    data.make_campaign(db, other, "Not to be seen")
    client = door.with_key(door.make_key(db, acme, "admin"))
    listed = answer_of(client.get(CAMPAIGNS))["campaigns"]
    assert {one["clientId"] for one in listed} == {str(acme)}
    assert answer_of(client.post(CAMPAIGNS, json={"name": "Mine"}), 201)["campaign"]["clientId"] == str(acme)
    body = {"campaignId": str(campaign), "lead": {"phone": "+12025550142"}}
    assert answer_of(client.post(LEADS, json=body))["enrolled"] == 1


def test_a_clients_sweep_of_all_is_of_that_client(door: Door, db: Connection, acme: UUID, other: UUID) -> None:
    for owner in (acme, other):
        data.make_leads(db, owner, data.make_campaign(db, owner, steps=1), 2, position=1)
    client = door.with_key(door.make_key(db, acme, "admin"))
    assert answer_of(client.post(SWEEP, json={"dryRun": True}))["found"] == 2
    report = answer_of(client.post(SWEEP))
    assert (report["processed"], len(report["runs"])) == (2, 1)
    assert data.value(db, "select count(*) from drip.leads where client_id = %s and is_active", other) == 2
    answer_of(door.client.post(SWEEP))


def test_health_is_about_all_clients(door: Door, db: Connection, acme: UUID) -> None:
    problem_of(door.with_key(door.make_key(db, acme, "admin")).get(HEALTH), 403)
    answer_of(door.with_key(door.make_key(db, None, "read")).get(HEALTH))


def test_a_stored_key_of_all_clients(door: Door, db: Connection, acme: UUID) -> None:
    client = door.with_key(door.make_key(db, None, "admin"))
    answer_of(client.post(AUTO_CREATE, json={"clientId": str(acme), "formId": new_form()}), 201)


# ---------------------------------------------------------------- attempts


def test_attempts_are_counted(door: Door, db: Connection) -> None:
    def counts() -> list[float]:
        events = data.value(
            db,
            "select coalesce(sum(events), 0) from drip.api_events where kind = 'invalid_key' and path = %s",
            "/api/admin/campaigns/{id}",
        )
        names = [f'drip_invalid_keys_total{{reason="{reason}"}}' for reason in ("missing", "invalid", "ambiguous")]
        return [float(events), *(door.metric(name) for name in names)]

    before = counts()
    path = f"{CAMPAIGNS}/{NOBODY}"
    door.anonymous().get(path)
    door.with_key("a-wrong-key").get(path)
    door.with_key("a-wrong-key").get(path)
    door.with_key("a-wrong-key").get(path, headers={"Authorization": f"Bearer {KEY}"})
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [3, 1, 2, 1]


# ---------------------------------------------------------------- keys of the environment


def test_the_other_variable_counts_where_the_first_is_not_set(database15: Database) -> None:
    second = "the-other-key-of-the-tests"
    settings = {"N8N_API_KEY": "", "AUTOMATION_API_KEY": second}
    with served(database15, *UNLIMITED, key=None, settings=settings) as door:
        answer_of(door.with_key(second).get(CAMPAIGNS))
        problem_of(door.with_key(KEY).get(CAMPAIGNS), 401)


def test_the_first_variable_wins(database15: Database) -> None:
    second = "the-other-key-of-the-tests"
    with served(database15, *UNLIMITED, settings={"AUTOMATION_API_KEY": second}) as door:
        answer_of(door.client.get(CAMPAIGNS))
        problem_of(door.with_key(second).get(CAMPAIGNS), 401)


def test_stored_keys_alone_do(database15: Database) -> None:
    with database15.connect() as db:
        key = data.value(db, "select k.key from drip.create_api_key(null, array['admin']) as k")
    with served(database15, *UNLIMITED, key=None) as door:
        door.secrets.append(key)
        answer_of(door.with_key(key).get(CAMPAIGNS))
        assert answer_of(door.anonymous().get(AUTO_CREATE))["keyConfigured"] is True


def test_without_keys_on_this_machine_alone(database15: Database) -> None:
    with served(database15, *UNLIMITED, "--no-auth", key=None) as door:
        assert answer_of(door.anonymous().get(AUTO_CREATE))["keyConfigured"] is False
        answer_of(door.anonymous().get(CAMPAIGNS))
        answer_of(door.with_key("any").get(HEALTH))
        with database15.connect() as db:
            client = data.make_client(db)
        body = {"clientId": str(client), "formId": new_form(), "apiKey": "whatever"}
        answer_of(door.anonymous().post(AUTO_CREATE, json=body), 201)
        answer_of(door.anonymous().post(f"{WEBHOOK}/{client}?token=x", json={"payload": []}))
