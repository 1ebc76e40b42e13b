"""pg-drip deploy, status, verify, rollback and history as processes."""

from __future__ import annotations

import json
import re

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.command_line import (
    MIGRATIONS,
    make_all_outcomes,
    pg_drip,
    pg_drip_each,
    refused,
    report_of,
    succeeded,
)

# ---------------------------------------------------------------- deploy, status, verify, rollback, history


def test_an_empty_database_is_deployed_once(empty_database: Database) -> None:
    before = succeeded(pg_drip(empty_database, "status"))
    assert "Not deployed yet: run pg-drip deploy." in before
    assert re.findall(r"^pending  (\w+)$", before, re.MULTILINE) == MIGRATIONS

    first = succeeded(pg_drip(empty_database, "deploy"))
    assert re.findall(r"^applying (\w+)$", first, re.MULTILINE) == MIGRATIONS
    assert f"Deployed: {len(MIGRATIONS)} migrations applied" in first

    assert succeeded(pg_drip(empty_database, "deploy")) == "Nothing to do: the database is current.\n"
    after = pg_drip_each(empty_database, "status", "verify")
    assert re.findall(r"^applied  (\w+)$", succeeded(after["status"]), re.MULTILINE) == MIGRATIONS
    assert after["status"].stdout.startswith(f"PostgreSQL {empty_database.server.major}.")
    assert after["status"].stdout.endswith("\nCurrent.\n")
    assert succeeded(after["verify"]) == "Every object is as deployed.\n"


def test_verify_names_what_was_changed_by_hand(database15: Database, db15: Connection) -> None:
    definition = data.value(db15, "select pg_get_functiondef('drip.reap_runs(timestamptz)'::regprocedure)")
    db15.execute(definition.replace("5 minutes", "50 minutes"))

    after = pg_drip_each(database15, "verify", "verify --json", "status --json")
    text = report_of(after["verify"], 1)
    assert "drip.reap_runs(" in text
    assert text.endswith("\n1 object not as deployed.\n")
    [drift] = json.loads(report_of(after["verify --json"], 1))
    assert sorted(drift) == ["advice", "drift", "identity", "kind"]
    assert drift["kind"] == "function"
    assert drift["identity"].startswith("drip.reap_runs(")
    status = json.loads(succeeded(after["status --json"]))
    assert status["isCurrent"] is False
    assert status["changed"] == ["functions/monitoring/reap_runs.sql"]

    assert "replayed functions/monitoring/reap_runs.sql\n" in succeeded(pg_drip(database15, "deploy"))
    assert succeeded(pg_drip(database15, "verify", "--json")) == "[]\n"
    assert data.value(db15, "select pg_get_functiondef('drip.reap_runs(timestamptz)'::regprocedure)") == definition


def test_rollback_and_back_again(database15: Database, db15: Connection) -> None:
    make_all_outcomes(db15, "Acme")
    leads = data.contents(db15)["drip.leads"]

    undone = succeeded(pg_drip(database15, "rollback", "--to", "0020"))
    assert undone.endswith(f"Rolled back: {len(MIGRATIONS[3:])} migrations.\n")
    away = pg_drip_each(
        database15, "status", "rollback --to 0020", "de-enroll --all-clients", "health", "stuck-leads", "verify"
    )
    status = succeeded(away["status"])
    assert re.findall(r"^pending  (\w+)$", status, re.MULTILINE) == MIGRATIONS[3:]
    assert "Run pg-drip deploy." in status
    assert succeeded(away["rollback --to 0020"]) == "Nothing to roll back.\n"
    for command in ("de-enroll --all-clients", "health", "stuck-leads"):
        assert "Run pg-drip deploy" in refused(away[command]), command
    assert away["verify"].returncode == 1

    assert f"Deployed: {len(MIGRATIONS[3:])} migrations applied" in succeeded(pg_drip(database15, "deploy"))
    after = pg_drip_each(database15, "verify", "history", "history --json")
    succeeded(after["verify"])
    assert data.contents(db15)["drip.leads"] == leads
    data.assert_statistics_are_exact(db15)
    operations = [
        *(("apply", name) for name in MIGRATIONS),
        *(("rollback", name) for name in reversed(MIGRATIONS[3:])),
        *(("apply", name) for name in MIGRATIONS[3:]),
    ]
    entries = json.loads(succeeded(after["history --json"]))
    assert [(entry["operation"], entry["migration"]) for entry in entries] == operations
    assert all(sorted(entry) == ["at", "migration", "operation", "username"] for entry in entries)
    lines = succeeded(after["history"]).splitlines()[2:]
    assert [tuple(line.split()[2:4]) for line in lines] == operations


def test_history_and_rollback_before_anything_was_deployed(bare15: Database) -> None:
    done = pg_drip_each(bare15, "history", "rollback --to 0020", "verify")
    assert succeeded(done["history"]) == "Nothing was deployed here.\n"
    assert "nothing to roll back" in refused(done["rollback --to 0020"])
    assert "deploy" in refused(done["verify"])


def test_rollback_to_what_does_not_exist(database15: Database, db15: Connection) -> None:
    done = pg_drip_each(database15, "rollback --to 0042", "rollback --to nonsense", "rollback")
    for name in ("0042", "nonsense"):
        line = refused(done[f"rollback --to {name}"])
        assert f"there is no migration {name}." in line
        assert MIGRATIONS[0] in line
    assert "--to" in refused(done["rollback"], 2)
    assert data.value(db15, "select count(*) from drip.object_drift") == 0
