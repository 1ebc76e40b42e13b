"""/openapi.json and /docs, and schemathesis, which asks everything that the former promises."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pg_drip.http.problems import OWN_CODES
from tests.support import data
from tests.support.clusters import ROOT, Connection
from tests.support.http_door import KEY, Door, answer_of

HERE = Path(__file__).parent
ROUTES = {
    ("post", "/api/admin/campaigns/auto-create"),
    ("get", "/api/admin/campaigns/auto-create"),
    ("get", "/api/admin/campaigns"),
    ("post", "/api/admin/campaigns"),
    ("get", "/api/admin/campaigns/{id}"),
    ("patch", "/api/admin/campaigns/{id}"),
    ("delete", "/api/admin/campaigns/{id}"),
    ("post", "/api/admin/scripts/de-enroll"),
    ("get", "/api/admin/de-enrollment/health"),
    ("get", "/api/admin/leads/{id}/journey"),
    ("post", "/api/leads"),
    ("post", "/api/leads/{id}/opt-out"),
    ("post", "/api/leads/{id}/booked"),
    ("post", "/api/leads/{id}/remove"),
    ("post", "/api/webhooks/kajabi/{clientId}"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}
OPEN = {"/healthz", "/readyz", "/metrics"}


@pytest.fixture
def document(door: Door) -> dict[str, Any]:
    found: dict[str, Any] = answer_of(door.anonymous().get("/openapi.json"))
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(method, path): one for path, methods in document["paths"].items() for method, one in methods.items()}


def test_every_route_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert set(operations(document)) == ROUTES
    for (method, path), operation in operations(document).items():
        is_open = path in OPEN or (method, path) == ("get", "/api/admin/campaigns/auto-create")
        assert bool(operation.get("security")) != is_open
        assert operation["summary"]
        assert operation["description"]
        assert "422" not in operation["responses"]
        for status, answer in operation["responses"].items():
            if status >= "400" and path != "/readyz":
                assert list(answer["content"]) == ["application/problem+json"]
    token: dict[str, list[str]] = {"token": []}
    assert {path for (_, path), one in operations(document).items() if token in one.get("security", [])} == {
        "/api/webhooks/kajabi/{clientId}"
    }


def test_bodies_have_examples(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("AutoCreateInput", "CampaignInput", "CampaignPatch", "SweepInput", "EnrollInput", "BookingInput"):
        assert schemas[name]["examples"]
        assert schemas[name]["additionalProperties"] is False


def test_the_page_needs_nothing_from_elsewhere(door: Door, document: dict[str, Any]) -> None:
    response = door.anonymous().get("/docs")
    assert response.headers["content-type"].startswith("text/html")
    assert not re.search(
        r"<script|<link|<img|src=|@import|https?://[^1e]", response.text.replace("https://zoom.us", "")
    )
    for path in document["paths"]:
        assert path in response.text


def test_the_servers_own_codes_are_documented() -> None:
    text = (ROOT / "docs" / "http.md").read_text()
    documented = dict(re.findall(r"^\| DR(\d{3}) \| (.+?) \|$", text, re.MULTILINE))
    assert set(documented) == {str(status) for status in OWN_CODES}


def test_schemathesis_finds_nothing(door: Door, db: Connection, acme: UUID) -> None:
    campaign = data.make_campaign(db, acme)
    lead = data.make_lead(db, acme, campaign)
    known = {"client": str(acme), "campaign": str(campaign), "lead": str(lead)}
    done = subprocess.run(
        [
            *(Path(sys.executable).parent / "schemathesis", "--config-file", HERE / "schemathesis.toml"),
            *("run", f"{door.address}/openapi.json", "--header", f"X-API-Key: {KEY}"),
            # DELETE of a campaign only pauses it, as the guide has it: it is still there afterwards.
            *(
                "--checks",
                "all",
                "--exclude-checks",
                "use_after_free",
                "--max-examples",
                "60",
                "--seed",
                "1",
                "--continue-on-failure",
                "--no-color",
            ),
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": "tests.http.schemathesis_hooks",
            "PYTHONPATH": str(ROOT),
            "DRIP_KNOWN_IDS": json.dumps(known),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-10_000:]
    # It did ask every route, in all its phases.
    assert f"{len(ROUTES)} selected / {len(ROUTES)} total" in done.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in done.stdout, done.stdout[-3000:]
