"""The README's steps over HTTP work as they are printed."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from tests.acceptance.test_documents import fenced
from tests.support import data
from tests.support.clusters import Database
from tests.support.command_line import TIMEOUT
from tests.support.http_door import KEY, served


def test_the_curl_lines_work_as_printed(database: Database) -> None:
    [block] = [block for block in fenced("sh") if "curl" in block]
    lines = [line for line in block.splitlines() if line.startswith("curl ")]
    with database.connect() as connection:
        client_id = data.make_client(connection, "Acme Coaching")
    with served(database) as door:
        told = {"DRIP": door.address, "CLIENT": str(client_id), "N8N_API_KEY": KEY}

        def run(line: str) -> dict[str, Any]:
            done = subprocess.run(
                ["sh", "-c", f"{line} --silent --show-error --fail-with-body"],
                capture_output=True,
                text=True,
                env=os.environ | told,
                timeout=TIMEOUT,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, ""), (line, done)
            answer: dict[str, Any] = json.loads(done.stdout)
            return answer

        ready, created, enrolled, swept, listed = map(run, lines)
        assert ready["status"] == "ready"
        assert created["created"] is True
        assert enrolled["enrolled"] == 1
        assert (swept["success"], swept["found"]) == (True, 0)
        [campaign] = listed["campaigns"]
        assert (campaign["formId"], campaign["statistics"]["activeLeads"]) == ("kajabi_7", 1)
