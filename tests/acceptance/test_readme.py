"""The README's steps over HTTP work as they are printed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

from tests.acceptance.test_documents import fenced
from tests.support import data
from tests.support.clusters import Database
from tests.support.command_line import TIMEOUT
from tests.support.http_door import KEY


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    return port


def test_the_curl_lines_work_as_printed(database: Database) -> None:
    [block] = [block for block in fenced("sh") if "curl" in block]
    # All at once, as somebody pastes it; but on a free port, with our key, and stopped in the end.
    port = free_port()
    script = "set -eu\n"
    for line in block.splitlines():
        if line == "pg-drip serve &":
            line = (
                f"{sys.executable} -m pg_drip serve --port {port} &\nserver=$!\ntrap 'kill $server; wait $server' EXIT"
            )
        elif line.startswith("curl "):
            line += " --silent --show-error --fail-with-body\necho"
        script += f"{line}\n"
    assert f"{port}" in script
    script = script.replace("http://127.0.0.1:3000", f"http://127.0.0.1:{port}")
    script = script.replace("$(openssl rand -hex 32)", KEY)
    with database.connect() as connection:
        data.make_client(connection, "Acme Coaching")
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if "API_KEY" not in name} | database.environment(),
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done
    printed = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    ready, created, enrolled, swept, listed = printed
    assert ready["status"] == "ready"
    assert created["created"] is True
    assert enrolled["enrolled"] == 1
    assert (swept["success"], swept["found"]) == (True, 0)
    [campaign] = listed["campaigns"]
    assert (campaign["formId"], campaign["statistics"]["activeLeads"]) == ("kajabi_7", 1)
