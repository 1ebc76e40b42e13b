"""The workflows as files: what n8n's import does not check. That they run, `make test-n8n` shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.clusters import ROOT

FOLDER = ROOT / "docs" / "n8n"
FILES = sorted(FOLDER.glob("*.json"), key=lambda path: path.stem)
NEWEST = {
    "webhook": 2.1, "set": 3.5, "httpRequest": 4.5, "respondToWebhook": 1.5, "scheduleTrigger": 1.4, "if": 2.3, "code": 2,
    "postgres": 2.7, "manualTrigger": 1, "stopAndError": 1, "errorTrigger": 1, "wait": 1.1, "stickyNote": 1,
}  # fmt: skip
CREDENTIALS = {
    "pgDripApiKey0001": ("httpHeaderAuth", "pg_drip API key"),
    "airtableToken001": ("httpHeaderAuth", "Airtable token"),
    "pgDripDatabase01": ("postgres", "pg_drip database"),
}


def read(path: Path) -> dict[str, Any]:
    workflow: dict[str, Any] = json.loads(path.read_text())
    return workflow


def by_type(workflow: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [node for node in workflow["nodes"] if node["type"] == f"n8n-nodes-base.{name}"]


def test_these_are_the_workflows() -> None:
    assert [path.stem for path in FILES] == [
        "airtable-sync", "de-enrollment", "de-enrollment-postgres", "error-workflow", "kajabi-auto-create",
    ]  # fmt: skip
    ids = [read(path)["id"] for path in FILES]
    assert len(set(ids)) == 5
    assert all(re.fullmatch(r"\w{16}", one) for one in ids)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workflow_is_whole(path: Path) -> None:
    workflow = read(path)
    names = [node["name"] for node in workflow["nodes"]]
    assert len(set(names)) == len(names)
    assert len({node["id"] for node in workflow["nodes"]}) == len(names)
    for node in workflow["nodes"]:
        kind = node["type"].removeprefix("n8n-nodes-base.")
        assert node["typeVersion"] == NEWEST[kind], node["name"]
        assert ("webhookId" in node) == (kind in ("webhook", "wait")), node["name"]
        for kind, credential in node.get("credentials", {}).items():
            assert CREDENTIALS[credential["id"]] == (kind, credential["name"])
        # Whoever names a node in an expression names one that there is.
        assert set(re.findall(r"\$\('([^']+)'\)", json.dumps(node))) <= set(names)
    for source, outputs in workflow["connections"].items():
        assert source in names
        assert {link["node"] for output in outputs["main"] for link in output} <= set(names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workflow_keeps_no_secret_and_names_the_one_for_errors(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"pat[A-Za-z0-9]{14}\.|Bearer |apiKey\"", text)
    workflow = read(path)
    errors = read(FOLDER / "error-workflow.json")["id"]
    assert workflow["settings"].get("errorWorkflow") == (None if workflow["id"] == errors else errors)
    # Where n8n blocks $env, reading it raises.
    assert text.count("$env.") == text.count("try { return $env.")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scheduled_workflow_can_be_executed_by_hand(path: Path) -> None:
    workflow = read(path)
    by_hand = by_type(workflow, "manualTrigger")
    assert len(by_hand) == len(by_type(workflow, "scheduleTrigger"))
    assert not {node["name"] for node in by_hand} & set(workflow["connections"])


def test_the_call_stands_alone_outside_a_transaction() -> None:
    first = by_type(read(FOLDER / "de-enrollment-postgres.json"), "postgres")[0]
    assert first["parameters"]["query"] == "CALL drip.de_enroll_all_clients()"
    assert first["parameters"]["options"]["queryBatching"] == "independently"
