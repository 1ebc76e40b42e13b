"""Every workflow of docs/n8n in a real n8n, against `pg-drip serve`, a database and an Airtable on loopback.

Not named test_: n8n is large, so `make test-n8n` installs it and runs this file, and `make test` does not.
"""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.airtable import double
from tests.airtable.conftest import waiting
from tests.airtable.double import Airtable
from tests.n8n.instance import INSTALLED, VERSION, WORKFLOWS, N8n, free_port
from tests.support import clusters, data
from tests.support.clusters import Connection, Database
from tests.support.command_line import finish, launch, role

KEY = "key-for-this-test-0123456789abcdef"
# As README.md beside the workflows prints them.
CREDENTIALS = re.findall(r"```json\n(.*?)```", (WORKFLOWS / "README.md").read_text(), re.DOTALL)[0]
KAJABI = {
    "id": "8f14e45fceea167a",
    "event": "form_submission",
    "payload": [
        {
            "id": "313",
            "type": "form_submissions",
            "attributes": {"name": "Jo Doe", "email": "jo@example.com", "phone_number": "+15555550123"},
            "relationships": {
                "site": {"data": {"id": "2", "type": "sites"}},
                "form": {"data": {"id": "2147483647", "type": "forms"}},
            },
        },
        {
            "id": "2147483647",
            "type": "forms",
            "attributes": {"title": "Lead Magnet Registration"},
            "relationships": {"site": {"data": {"id": "2", "type": "sites"}}},
        },
    ],
}
IDS = {path.stem: str(json.loads(path.read_text())["id"]) for path in WORKFLOWS.glob("*.json")}


@dataclass
class Alerts:
    """Whoever is told of failures."""

    url: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Lab:
    """Everything that runs."""

    n8n: N8n
    database: Database
    airtable: Airtable
    alerts: Alerts
    client: UUID
    shim_port: int

    @contextmanager
    def shim(self, port: int = 0) -> Iterator[None]:
        """`pg-drip serve` as a role of the API, until the end of the block."""
        with role(self.database.server, "drip_api") as user:
            arguments = ["serve", "--port", str(port or self.shim_port)]
            process = launch(self.database, arguments, {"N8N_API_KEY": KEY, "PGUSER": user})
            assert process.stdout is not None
            try:
                assert "Listening on" in process.stdout.readline()
                yield
            finally:
                process.terminate()
                assert finish(process).returncode == 0


@contextmanager
def listening(alerts: Alerts) -> Iterator[Alerts]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            alerts.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        alerts.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield alerts
        server.shutdown()


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """N8n with the workflows imported and published, nothing changed in them, and started."""
    assert json.loads((INSTALLED / "n8n" / "package.json").read_text())["version"] == VERSION
    with ExitStack() as stack:
        server = clusters.running(18)
        database = stack.enter_context(server.database())
        own = stack.enter_context(server.database(template="template0"))
        airtable = stack.enter_context(double.serving(Airtable()))
        alerts = stack.enter_context(listening(Alerts()))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="n8n_")))
        user = stack.enter_context(role(server, "drip_api", "drip_cron"))
        with database.connect() as db:
            client = data.make_client(db)
        shim_port = free_port()
        settings = {
            "N8N_BLOCK_ENV_ACCESS_IN_NODE": "false",
            "PG_DRIP_URL": f"http://127.0.0.1:{shim_port}",
            "PG_DRIP_CLIENTS_BY_SITE": json.dumps({"2": str(client)}),
            "PG_DRIP_ALERT_URL": alerts.url,
            "AIRTABLE_ENDPOINT_URL": airtable.url,
            "AIRTABLE_BASE_ID": double.BASE,
            "AIRTABLE_TABLE": double.TABLE,
        }
        n8n = N8n(folder, own, settings, free_port())
        key, database_login, token = json.loads(CREDENTIALS)
        key["data"]["value"] = KEY
        token["data"]["value"] = f"Bearer {double.TOKEN}"
        database_login["data"] |= {
            "host": str(server.cluster.socket_folder),
            "database": database.name,
            "user": user,
            "password": "",
            "ssl": "disable",
        }
        n8n.import_credentials([key, database_login, token])
        n8n.succeed("import:workflow", "--separate", f"--input={WORKFLOWS}")
        for workflow in IDS.values():
            n8n.succeed("publish:workflow", f"--id={workflow}")
        made = Lab(n8n, database, airtable, alerts, client, shim_port)
        with made.shim():
            stack.enter_context(n8n.serving())
            yield made


@pytest.fixture
def db(lab: Lab) -> Iterator[Connection]:
    """A connection to the product's database."""
    with lab.database.connect() as connection:
        yield connection


def campaigns(db: Connection, client: UUID) -> dict[str, tuple[str, bool, bool]]:
    """By form: name, paused, auto-discovered."""
    query = "select form_id, name, is_paused, auto_discovered from drip.campaigns where client_id = %s and form_id is not null"
    return {row[0]: row[1:] for row in db.execute(query, (client,)).fetchall()}


# ---------------------------------------------------------------- all


def test_all_are_imported_as_they_are_and_published(lab: Lab) -> None:
    with lab.n8n.database.connect() as own:
        query = 'select id, name, nodes, connections, settings, active, "activeVersionId" from workflow_entity'
        found = {row["id"]: row for row in data.rows(own, query)}
    assert set(found) == set(IDS.values())
    for path in WORKFLOWS.glob("*.json"):
        file = json.loads(path.read_text())
        row = found[file["id"]]
        assert {name: row[name] for name in ("name", "nodes", "connections")} == {
            name: file[name] for name in ("name", "nodes", "connections")
        }
        assert (row["active"], row["activeVersionId"] is None) == (True, False)


# ---------------------------------------------------------------- kajabi-auto-create


def test_a_kajabi_submission_makes_one_paused_campaign(lab: Lab, db: Connection) -> None:
    status, answer = lab.n8n.post("/webhook/kajabi-form", KAJABI)
    assert (status, answer["created"], answer["campaign"]["formId"]) == (201, True, "2147483647")
    assert campaigns(db, lab.client)["2147483647"] == ("Lead Magnet Registration Campaign", True, True)
    again, answer = lab.n8n.post(f"/webhook/kajabi-form?client_id={lab.client}", KAJABI)
    assert (again, answer["created"]) == (200, False)
    assert data.value(db, "select count(*) from drip.campaigns where form_id = '2147483647'") == 1


def test_a_flat_body_is_taken_too(lab: Lab, db: Connection) -> None:
    client = data.make_client(db, "Flat")
    body = {"form_id": "flat_1", "form_name": "Flat form", "client_id": str(client)}
    assert lab.n8n.post("/webhook/kajabi-form", body)[0] == 201
    assert lab.n8n.post("/webhook/kajabi-form", body)[0] == 200
    assert campaigns(db, client) == {"flat_1": ("Flat form Campaign", True, True)}


def test_several_forms_of_a_payload_make_a_campaign_each(lab: Lab, db: Connection) -> None:
    def submission(form: object) -> dict[str, Any]:
        links = {"site": {"data": {"id": "77"}}, "form": {"data": {"id": form}}}
        return {"type": "form_submissions", "relationships": links}

    client = data.make_client(db, "Several")
    payload = [
        submission("11"),
        submission(12),
        submission("11"),
        {"id": "12", "type": "forms", "attributes": {"title": "Twelve"}},
    ]
    status, answer = lab.n8n.post(f"/webhook/kajabi-form?client_id={client}", {"payload": payload})
    assert (status, [one["campaign"]["formId"] for one in answer["campaigns"]]) == (201, ["11", "12"])
    assert {form: row[0] for form, row in campaigns(db, client).items()} == {
        "11": "Form 11 Campaign",
        "12": "Twelve Campaign",
    }


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"form_id": "x"}, 400, "No client is known for site (none)"),
        ({"form_id": "x", "site_id": "404"}, 400, "No client is known for site 404"),
        ({"client_id": "00000000-0000-0000-0000-000000000042"}, 400, "A submission names no form"),
        ({"payload": []}, 400, "The payload holds no form submission"),
        ({"form_id": "x", "client_id": "00000000-0000-0000-0000-000000000042"}, 400, "DR001"),
    ],
)
def test_a_form_that_gets_no_campaign_is_an_error(
    lab: Lab, db: Connection, body: object, status: int, error: str
) -> None:
    before, count = lab.n8n.last_execution(), data.value(db, "select count(*) from drip.campaigns")
    lab.alerts.told.clear()
    answered, answer = lab.n8n.post("/webhook/kajabi-form", body)
    assert (answered, answer["success"]) == (status, False)
    assert error in answer["error"]
    assert lab.n8n.wait_for_execution(IDS["kajabi-auto-create"], before)["status"] == "error"
    handled = lab.n8n.wait_for_execution(IDS["error-workflow"], before)
    assert (handled["status"], handled["mode"]) == ("success", "error")
    data.wait_until(lambda: lab.alerts.told, "somebody is told")
    [told] = lab.alerts.told
    assert (told["workflow"], told["node"]) == ("pg_drip: campaigns from Kajabi forms", "Stop")
    assert error in told["text"]
    assert KEY not in lab.n8n.data_of(handled["id"]) + json.dumps(told)
    assert data.value(db, "select count(*) from drip.campaigns") == count


def test_of_several_forms_one_bad_makes_the_answer_an_error(lab: Lab, db: Connection) -> None:
    client = data.make_client(db, "Half")
    forms = [
        {"type": "form_submissions", "relationships": {"form": {"data": {"id": form}}}}
        for form in ("good", "<b>bad</b>")
    ]
    status, answer = lab.n8n.post(f"/webhook/kajabi-form?client_id={client}", {"payload": forms})
    assert (status, answer["success"]) == (400, False)
    assert list(campaigns(db, client)) == ["good"]


# ---------------------------------------------------------------- de-enrollment, both ways


@pytest.mark.parametrize("workflow", ["de-enrollment", "de-enrollment-postgres"])
def test_a_sweep_takes_leads_out(lab: Lab, db: Connection, workflow: str) -> None:
    client, leads = data.make_finished(db, 7, workflow)
    assert lab.n8n.execute(IDS[workflow])["status"] == "success"
    exits = "select count(*) from drip.leads where client_id = %s and not is_active and campaign_history #>> '{0,outcome}' = 'completed'"
    assert data.value(db, exits, client) == len(leads)


@pytest.mark.parametrize("workflow", ["de-enrollment", "de-enrollment-postgres"])
def test_a_run_that_fails_is_an_error(lab: Lab, db: Connection, workflow: str) -> None:
    _, [lead] = data.make_finished(db, 1, f"{workflow} poisoned")
    trigger = data.poison(db, lead)
    try:
        execution = lab.n8n.execute(IDS[workflow])
    finally:
        data.drop_trigger(db, trigger)
    assert execution["status"] == "error"
    assert "De-enrollment failed: 1 of 1 leads stayed behind." in execution["output"]
    assert data.lead(db, lead)["is_active"]


def test_the_workflows_name_the_shims_own_address_where_env_is_blocked(lab: Lab, db: Connection) -> None:
    client, _ = data.make_finished(db, 2, "Blocked")
    with lab.shim(port=3000):
        execution = lab.n8n.execute(IDS["de-enrollment"], N8N_BLOCK_ENV_ACCESS_IN_NODE="true")
    assert execution["status"] == "success"
    assert data.value(db, "select count(*) from drip.leads where client_id = %s and is_active", client) == 0


def test_a_shim_that_is_away_is_an_error(lab: Lab) -> None:
    execution = lab.n8n.execute(IDS["de-enrollment"], PG_DRIP_URL=f"http://127.0.0.1:{free_port()}")
    assert execution["status"] == "error"


# ---------------------------------------------------------------- airtable-sync


def test_the_schedule_itself_sends_changes_and_drains(lab: Lab, db: Connection) -> None:
    client = data.make_client(db, "Airtable")
    made = {str(data.make_campaign(db, client, f"A {number}")) for number in range(25)}
    data.wait_until(lambda: made <= set(lab.airtable.by_id()), "all are in Airtable", 150)
    data.wait_until(lambda: waiting(db) == [], "nothing waits", 60)
    assert set(lab.airtable.statuses()) == {200}


def test_a_refused_record_holds_nobody_back(lab: Lab, db: Connection) -> None:
    client = data.make_client(db, "Refused")
    lab.airtable.refused_names = {"Bad"}
    before = lab.n8n.last_execution()
    made = {name: str(data.make_campaign(db, client, name)) for name in ("Good 1", "Bad", "Good 2")}
    try:
        data.wait_until(
            lambda: {made["Good 1"], made["Good 2"]} <= set(lab.airtable.by_id()), "the good ones arrive", 150
        )
        data.wait_until(lambda: len(waiting(db)) == 1, "one waits", 60)
        refusal = "select last_error from drip.airtable_backlog where campaign_id = %s and retry_at is not null"
        data.wait_until(lambda: db.execute(refusal, (made["Bad"],)).fetchall(), "it was alone when it was refused", 60)
        assert "INVALID_VALUE_FOR_COLUMN" in data.value(db, refusal, made["Bad"])
        lab.n8n.wait_for_execution(IDS["error-workflow"], before)
    finally:
        lab.airtable.refused_names = set()
    db.execute("update drip.campaigns set name = 'Mended' where id = %s", (made["Bad"],))
    data.wait_until(lambda: made["Bad"] in lab.airtable.by_id(), "the mended one arrives", 90)


def test_an_airtable_that_is_away_loses_nothing(lab: Lab, db: Connection) -> None:
    data.wait_until(lambda: waiting(db) == [], "nothing waits", 90)
    campaign = str(data.make_campaign(db, data.make_client(db, "Away"), "Away"))
    execution = lab.n8n.execute(IDS["airtable-sync"], AIRTABLE_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}")
    # The schedule may have been faster; then there was nothing to lose.
    assert execution["status"] == "error" or campaign in lab.airtable.by_id()
    data.wait_until(lambda: campaign in lab.airtable.by_id(), "it arrives", 90)
    data.wait_until(lambda: waiting(db) == [], "nothing waits", 60)
