"""The server among its neighbours: the database goes and comes, signals, logs, metrics, and what it refuses to start with."""

from __future__ import annotations

import json
import re
import signal
import socket
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from pg_drip.errors import PgDripError
from pg_drip.http.server import BackgroundServer
from pg_drip.http.settings import Settings
from tests.support import clusters, data
from tests.support.clusters import Connection, Database, Server
from tests.support.command_line import pg_drip, refused
from tests.support.http_door import (
    AUTO_CREATE,
    CAMPAIGNS,
    KEY,
    SWEEP,
    UNLIMITED,
    Door,
    answer_of,
    new_form,
    problem_of,
    served,
)

# ---------------------------------------------------------------- starting


@pytest.mark.parametrize(
    ("options", "settings", "line"),
    [
        ("", {}, "there is no API key"),
        ("", {"N8N_API_KEY": "short"}, "N8N_API_KEY has 5 characters, and needs at least 16."),
        ("", {"N8N_API_KEY": "x" * 15, "AUTOMATION_API_KEY": "x" * 16}, "N8N_API_KEY has 15 characters"),
        ("", {"AUTOMATION_API_KEY": "x" * 15}, "AUTOMATION_API_KEY has 15 characters"),
        ("", {"N8N_API_KEY": "with blanks in it, long"}, "N8N_API_KEY has characters that no HTTP header can carry"),
        ("--no-auth --host 0.0.0.0", {}, "--no-auth would let everybody in"),
        ("--host 192.0.2.1", {"N8N_API_KEY": KEY}, "cannot listen on 192.0.2.1 port"),
        ("--host no.such.host.invalid", {"N8N_API_KEY": KEY}, "cannot listen on no.such.host.invalid"),
    ],
)
def test_it_does_not_start(database15: Database, options: str, settings: dict[str, str], line: str) -> None:
    unset = {"N8N_API_KEY": "", "AUTOMATION_API_KEY": ""}
    error = refused(pg_drip(database15, "serve", "--port", "0", *options.split(), **(unset | settings)))
    assert line in error
    assert not [key for key in settings.values() if len(key) > 5 and key in error]


def test_a_port_that_is_taken(database15: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        error = refused(pg_drip(database15, "serve", "--port", port, N8N_API_KEY=KEY))
    assert f"cannot listen on 127.0.0.1 port {port}" in error


def test_bad_usage(database15: Database) -> None:
    for options in ("--port 70000", "--region XX", "--log-level loud", "--requests-per-key 0"):
        refused(pg_drip(database15, "serve", *options.split(), N8N_API_KEY=KEY), 2)


def test_it_starts_before_its_database(server15: Server) -> None:
    name = f"test_{uuid.uuid4().hex[:12]}"
    late = Database(server15, name)
    with served(late, *UNLIMITED) as door:
        answer_of(door.client.get("/healthz"))
        assert answer_of(door.client.get("/readyz"), 503)["database"] == "unavailable"
        with server15.connect() as db:
            db.execute(f"create database {name} template drip_template")
        try:
            data.wait_until(lambda: door.client.get("/readyz").status_code == 200, "the server found its database")
            answer_of(door.client.get(CAMPAIGNS))
        finally:
            with server15.connect() as db:
                db.execute(f"drop database {name} with (force)")


def test_beside_something_else_in_one_process(database15: Database) -> None:
    with database15.connect() as db:
        assert data.runs(db) == 0
    server = BackgroundServer(Settings(dsn=database15.dsn, master_key=KEY, port=0, log_level="error"))
    assert httpx.get(f"{server.address}{CAMPAIGNS}", headers={"X-API-Key": KEY}).status_code == 200
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.address}/healthz")
    with pytest.raises(PgDripError, match="there is no API key"):
        BackgroundServer(Settings(dsn=database15.dsn, port=0))


# ---------------------------------------------------------------- the database goes and comes


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    server = clusters.start(15, suffix="web")
    try:
        yield server
    finally:
        server.cluster.remove()


def test_away_and_back(own_server: Server) -> None:
    with own_server.connect() as db:
        db.execute("create role web login")
        db.execute("grant drip_api to web")
    # Roles that go by themselves do so on a connection, which would not outlive this.
    with own_server.database() as database, served(database, *UNLIMITED, user="web") as door:
        with database.connect() as db:
            client = str(data.make_client(db))
        body = {"clientId": client, "formId": new_form()}
        answer_of(door.client.post(AUTO_CREATE, json=body), 201)

        own_server.cluster.stop()
        for response in (
            door.client.post(AUTO_CREATE, json=body),
            door.client.get(CAMPAIGNS),
            door.client.post(SWEEP, json={"clientId": client}),
            door.with_key(f"drip_0123456789_{'x' * 43}").get(CAMPAIGNS),
        ):
            problem = problem_of(response, 503)
            assert int(response.headers["retry-after"]) >= 1
            assert not re.search(r"socket|postgres|refused|/tmp", json.dumps(problem))
        # Strangers are strangers, whatever the database does.
        problem_of(door.with_key("wrong").get(CAMPAIGNS), 401)
        answer_of(door.client.get("/healthz"))
        data.wait_until(lambda: door.client.get("/readyz").status_code == 503, "it knows that the database is away")
        health = answer_of(door.anonymous().get(AUTO_CREATE))
        assert (health["status"], health["database"]) == ("ok", "unavailable")
        data.wait_until(lambda: door.metric("drip_database_up") == 0, "the metric says so")

        own_server.cluster.start()
        data.wait_until(lambda: door.client.post(AUTO_CREATE, json=body).status_code == 200, "it recovered by itself")
        # Not by one good connection among bad ones.
        assert {door.client.post(AUTO_CREATE, json=body).status_code for _ in range(30)} == {200}
        data.wait_until(lambda: door.client.get("/readyz").status_code == 200, "it is ready again")


def test_broken_connections_are_replaced_unseen(door: Door, db: Connection, acme: UUID) -> None:
    for _ in range(3):
        db.execute(
            "select pg_terminate_backend(a.pid, 10000) from pg_stat_activity as a "
            " where a.application_name = 'pg-drip serve' and a.datname = current_database()"
        )
        assert {door.client.get(CAMPAIGNS).status_code for _ in range(5)} == {200}


def test_a_lock_is_not_waited_for_without_end() -> None:
    with (
        clusters.running(15).database() as database,
        served(database, *UNLIMITED, "--statement-timeout", "0.5") as door,
    ):
        with database.connect() as db:
            client = data.make_client(db)
            campaign = data.make_campaign(db, client)
            with db.transaction():
                db.execute("select from drip.campaigns where id = %s for update", (campaign,))
                problem_of(door.client.patch(f"{CAMPAIGNS}/{campaign}", json={"name": "New"}), 503)
        answer_of(door.client.patch(f"{CAMPAIGNS}/{campaign}", json={"name": "New"}))


# ---------------------------------------------------------------- readiness


def readiness(door: Door, schema: str) -> None:
    def is_so() -> bool:
        response = door.anonymous().get("/readyz")
        assert list(response.json()) == ["status", "database", "schema"]
        is_ready = response.status_code == 200
        assert is_ready == (response.json()["status"] == "ready")
        return bool(response.json()["schema"] == schema and is_ready == (schema == "ok"))

    data.wait_until(is_so, f"the schema is {schema}")


def test_ready_is_deployed_and_unchanged() -> None:
    with clusters.running(15).database() as database, served(database, *UNLIMITED) as door, database.connect() as db:
        readiness(door, "ok")
        db.execute("alter function drip.opt_in(uuid, uuid, timestamptz) cost 1")
        readiness(door, "drifted")
        db.execute("alter function drip.opt_in(uuid, uuid, timestamptz) cost 100")
        readiness(door, "ok")
        db.execute("delete from drip_internal._yoyo_migration where migration_id > '0022'")
        readiness(door, "outdated")
        db.execute("insert into drip_internal._yoyo_migration values ('x', '9999_later', now())")
        readiness(door, "of a later release")
        db.execute("drop function drip.get_deployment, drip.list_campaigns")
        readiness(door, "not deployed")
        problem_of(door.client.get(CAMPAIGNS), 503)


# ---------------------------------------------------------------- stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_what_is_in_flight(number: signal.Signals) -> None:
    with clusters.running(15).database() as database, database.connect() as db:
        client = data.make_client(db)
        [lead] = data.make_leads(db, client, data.make_campaign(db, client, steps=1), 1, position=1)
        with served(database, *UNLIMITED) as door, data.hold_exits_of(database, lead) as release:
            sweep = data.in_background(lambda: door.client.post(SWEEP, json={"clientId": str(client)}))
            data.wait_until(lambda: data.runs(db), "the sweep runs")
            door.process.send_signal(number)
            data.wait_until(lambda: is_closed(door), "nobody new is let in")
            assert door.process.poll() is None
            release()
            assert answer_of(sweep.result(60))["processed"] == 1
            assert door.process.wait(60) == 0
            door.events("stopped", 1)


def is_closed(door: Door) -> bool:
    try:
        httpx.get(f"{door.address}/healthz")
    except httpx.TransportError:
        return True
    return False


# ---------------------------------------------------------------- logs and metrics


def test_a_request_has_an_id(door: Door) -> None:
    given = f"test.{uuid.uuid4()}"
    assert door.client.get(CAMPAIGNS, headers={"X-Request-ID": given}).headers["x-request-id"] == given
    [line] = door.events("request", 1, request_id=given)
    assert (line["method"], line["route"], line["status"], line["key"]) == ("GET", CAMPAIGNS, 200, "environment")
    made = {
        door.client.get("/healthz", headers={"X-Request-ID": bad}).headers["x-request-id"]
        for bad in ("", "a b", "x" * 65)
    }
    assert len(made) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in made)


def test_no_secret_gets_into_the_log(door: Door, db: Connection, acme: UUID) -> None:
    token = door.make_key(db, acme, "webhook")
    stranger = f"stranger-{uuid.uuid4()}"
    door.secrets += [stranger, "grace@example.net", "+14155550199", "4155550199"]
    before = len(door.log())
    lead = {"firstName": "Grace", "phone": "+1 415 555 0199", "email": "grace@example.net"}
    campaign = str(data.make_campaign(db, acme))
    anonymous = door.anonymous()
    for response in (
        door.client.post("/api/leads", json={"clientId": str(acme), "campaignId": campaign, "lead": lead}),
        anonymous.post(f"/api/webhooks/kajabi/{acme}?token={token}", json={"payload": []}),
        anonymous.get(f"{CAMPAIGNS}?token={stranger}"),
        anonymous.get(CAMPAIGNS, headers={"X-API-Key": stranger}),
        anonymous.get(CAMPAIGNS, headers={"Authorization": f"Basic {stranger}"}),
        anonymous.post(AUTO_CREATE, json={"apiKey": stranger}),
        anonymous.get("/api/leads/+14155550199"),
        anonymous.get("/grace@example.net"),
        door.client.post(AUTO_CREATE, json={"clientId": str(acme), "formId": "grace@example.net", "formName": "x"}),
        door.client.get("/healthz", headers={"X-Request-ID": token}),
    ):
        assert response.status_code < 500
    door.events("request", 10, before)
    # served() looks for them in all the log at the end as well.
    text = json.dumps(door.log()[before:])
    assert [secret for secret in (*door.secrets, "Grace") if secret in text] == []


def test_an_unexpected_error_tells_nobody_what_it_was() -> None:
    with clusters.running(15).database() as database, database.connect() as db:
        client = data.make_client(db)
        data.raise_for(db, "drip.campaigns", "insert", "new.client_id is not null", "+12025550142 is secret")
        with served(database, *UNLIMITED) as door:
            response = door.client.post(AUTO_CREATE, json={"clientId": str(client), "formId": new_form()})
            problem = problem_of(response, 500)
            assert "secret" not in response.text
            [line] = door.events("failed", 1)
            assert (line["request_id"], line["sqlstate"], line["error"]) == (
                problem["requestId"],
                "P0001",
                "RaiseException",
            )
            assert line["where"]
            assert door.metric(f'drip_http_requests_total{{method="POST",route="{AUTO_CREATE}",status="500"}}') == 1
            # served() finds unexpected errors itself, and this one was expected.
            door.log_path.write_text("")


def test_requests_are_counted_by_route_and_status(door: Door) -> None:
    nobody = "00000000-0000-4000-8000-000000000042"
    shown = f'drip_http_requests_total{{method="GET",route="{CAMPAIGNS}/{{id}}",status="404"}}'
    unknown = 'drip_http_requests_total{method="GET",route="unmatched",status="404"}'
    before = [door.metric(name) for name in (shown, unknown)]
    for path in (f"{CAMPAIGNS}/{nobody}", "/no/such/path", f"/{nobody}"):
        door.client.get(path)
    assert [door.metric(name) for name in (shown, unknown)] == [before[0] + 1, before[1] + 2]
    text = door.client.get("/metrics").text
    assert nobody not in text
    assert f'drip_http_request_seconds_count{{route="{CAMPAIGNS}/{{id}}"}}' in text
    assert door.metric('drip_pool{figure="size"}') >= 1


def test_metrics_have_the_health_views_figures() -> None:
    with clusters.running(15).database() as database, database.connect() as db:
        client = data.make_client(db)
        data.make_lead(db, client, data.make_campaign(db, client, steps=0))
        with served(database, *UNLIMITED) as door:
            assert door.metric("drip_stuck_leads") == 1
            assert door.metric("drip_database_up") == 1
            assert door.metric('drip_health_status{check="stuck_leads"}') == 1
            minutes = door.metric("drip_minutes_since_last_sweep")
            assert minutes != minutes
            answer_of(door.client.post(SWEEP))
            data.wait_until(lambda: door.metric("drip_minutes_since_last_sweep") >= 0, "the sweep shows")


def test_hosts_are_told_apart(door: Door) -> None:
    assert urlsplit(door.address).hostname == "127.0.0.1"
    response = door.anonymous().get("/healthz")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    assert "server" not in response.headers
