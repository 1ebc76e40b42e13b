"""`pg-drip serve` as a process on a real port: how tests start it, ask it, and read its log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.command_line import TIMEOUT, role

KEY = "the-key-of-the-tests-0123456789"
AUTO_CREATE = "/api/admin/campaigns/auto-create"
CAMPAIGNS = "/api/admin/campaigns"
SWEEP = "/api/admin/scripts/de-enroll"
HEALTH = "/api/admin/de-enrollment/health"
LEADS = "/api/leads"
PROBLEM = "application/problem+json"
UNLIMITED = ("--requests-per-key", "1000000", "--requests-per-address", "1000000")
# What requests carry and no log line may: the key, and what the tests send as personal data.
SECRETS = (KEY, "@example.", "+1202555", "2025550", "Lovelace")


@dataclass
class Door:
    """A running server, and clients for it."""

    database: Database
    process: subprocess.Popen[str]
    address: str
    log_path: Path
    client: httpx.Client
    open_clients: list[httpx.Client] = field(default_factory=list)
    secrets: list[str] = field(default_factory=lambda: list(SECRETS))

    def anonymous(self) -> httpx.Client:
        """A client without a key."""
        return self.with_key(None)

    def with_key(self, key: str | None) -> httpx.Client:
        """A client with this key in X-API-Key."""
        client = httpx.Client(base_url=self.address, headers={"X-API-Key": key} if key else {}, timeout=TIMEOUT)
        self.open_clients.append(client)
        return client

    def make_key(self, db: Connection, client_id: UUID | None, *scopes: str) -> str:
        """A new key of the database."""
        row = db.execute("select k.key from drip.create_api_key(%s, %s) as k", (client_id, list(scopes))).fetchone()
        assert row is not None
        key = str(row[0])
        self.secrets.append(key)
        return key

    def log(self) -> list[dict[str, Any]]:
        """The log so far: every line is one JSON object."""
        # The last line may be on its way.
        return [json.loads(line) for line in self.log_path.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def events(self, name: str, count: int, since: int = 0, **fields: Any) -> list[dict[str, Any]]:
        """This many lines of one event with these fields, waited for: a line may come after the answer."""
        found: list[dict[str, Any]] = []

        def are_there() -> bool:
            found[:] = [line for line in self.log()[since:] if line["event"] == name and fields.items() <= line.items()]
            return len(found) >= count

        data.wait_until(are_there, f"the log has {count} lines {name}")
        assert len(found) == count, found
        return found

    def metric(self, line: str) -> float:
        """The value of one metric, by its name and labels as Prometheus writes them."""
        text = self.client.get("/metrics").text
        return next((float(one.rsplit(" ", 1)[1]) for one in text.splitlines() if one.startswith(f"{line} ")), 0.0)


@contextmanager
def served(
    database: Database,
    *options: str,
    key: str | None = KEY,
    settings: dict[str, str] | None = None,
    user: str | None = None,
) -> Iterator[Door]:
    """A server for this database, connected as a role that is a member of drip_api and nothing else: `user`, or a new one.

    At the end it is told to stop, has to end well, and must not have logged a secret.
    """
    given = nullcontext(user) if user else role(database.server, "drip_api")
    with given as name, tempfile.TemporaryDirectory() as folder:
        log_path = Path(folder) / "log"
        environment = (
            database.environment() | {"PGUSER": name} | ({"N8N_API_KEY": key} if key else {}) | (settings or {})
        )
        with log_path.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "pg_drip", "serve", "--port", "0", *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment,
            )
        door: Door | None = None
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Listening on http://"), line + log_path.read_text()
            address = line.removeprefix("Listening on ").strip()
            client = httpx.Client(base_url=address, headers={"X-API-Key": key} if key else {}, timeout=TIMEOUT)
            door = Door(database, process, address, log_path, client, [client])
            yield door
            process.send_signal(signal.SIGTERM)
            assert process.wait(TIMEOUT) == 0
            text = log_path.read_text()
            assert [secret for secret in door.secrets if secret in text] == []
            assert [line for line in door.log() if line["event"] == "failed"] == []
        finally:
            for one in door.open_clients if door else []:
                one.close()
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def problem_of(response: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem that a response is, which has to be of this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["code"] == (code or f"DR{status}"), problem
    assert problem["requestId"] == response.headers["x-request-id"]
    assert problem["detail"]
    assert problem["title"]
    return problem


def fields_of(response: httpx.Response, code: str = "DR400") -> set[str]:
    """The invalid fields that a 400 names."""
    errors = problem_of(response, 400, code)["errors"]
    assert all(one["message"] for one in errors)
    return {one["field"] for one in errors}


def answer_of(response: httpx.Response, status: int = 200) -> Any:
    """The body of a response that has to be of this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def new_form() -> str:
    """A form's id that no other test has."""
    return f"form_{uuid.uuid4().hex[:12]}"


def without_postgres_variables() -> dict[str, str]:
    """This process's environment without PG* variables and keys."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG") and "API_KEY" not in name}
