"""pg-drip de-enroll, stuck-leads, health and clients as processes."""

from __future__ import annotations

import json
import re
from uuid import UUID

import pytest

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.command_line import (
    NOBODY,
    OUTCOMES_OF_ONE,
    figures,
    invoke,
    make_all_outcomes,
    outcomes,
    pg_drip,
    pg_drip_each,
    refused,
    report_of,
    statuses,
    succeeded,
)

# ---------------------------------------------------------------- de-enroll: bad input


def test_bad_usage_changes_nothing(database15: Database, db15: Connection) -> None:
    client, _ = data.make_finished(db15, 3)
    before = data.contents(db15)
    expected = {
        "de-enroll": "Give either --all-clients or --client ID.",
        f"de-enroll --all-clients --client {client}": "Give either --all-clients or --client ID.",
        "de-enroll --all-clients --batch-size 0": "0 is not in the range 1<=x<=10000",
        "de-enroll --all-clients --batch-size 10001": "10001 is not in the range 1<=x<=10000",
        "de-enroll --client 12345": "'12345' is not a valid UUID",
    }
    for command, done in pg_drip_each(database15, *expected).items():
        assert expected[command] in refused(done, 2), command
    assert data.contents(db15) == before


def test_an_unknown_client_changes_nothing(database15: Database, db15: Connection) -> None:
    data.make_finished(db15, 3)
    before = data.contents(db15)
    done = pg_drip_each(
        database15,
        f"de-enroll --client {NOBODY}",
        f"de-enroll --client {NOBODY} --jobs 3 --json",
        f"de-enroll --client {NOBODY} --dry-run",
        f"stuck-leads --client {NOBODY} --fix --json",
    )
    for command, one in done.items():
        line = refused(one)
        assert f"client {NOBODY} is not known" in line, command
        assert "Create it with" in line, command
    assert data.contents(db15) == before


# ---------------------------------------------------------------- de-enroll


def test_a_sweep_of_all_clients_sums_up_and_a_second_finds_nothing(database: Database) -> None:
    with database.connect() as db15:
        for name in ("Acme", "Zeta"):
            make_all_outcomes(db15, name)

        text = succeeded(pg_drip(database, "de-enroll", "--all-clients"))
        both = {name: 2 * leads for name, leads in OUTCOMES_OF_ONE.items()}
        in_words = {name.replace("_", " "): leads for name, leads in both.items()}
        assert figures(text) == {"found": 22} | in_words | {"failed": 0}
        assert re.search(r"^22 leads left in [\d.]+ s, [\d,]+ leads/s\.$", text, re.MULTILINE)
        # No progress bar, and nothing but text: this is a pipe.
        assert len(text.splitlines()) == 7
        assert "Sweeping" not in text
        assert outcomes(db15) == both
        assert data.active(db15) == 6
        assert statuses(db15) == [(True, "succeeded"), (False, "succeeded"), (False, "succeeded")]
        data.assert_statistics_are_folded(db15)

        again = succeeded(pg_drip(database, "de-enroll", "--all-clients"))
        assert set(figures(again).values()) == {0}
        assert re.search(r"^0 leads left in", again, re.MULTILINE)
        assert outcomes(db15) == both


def test_a_sweep_as_json_equals_the_database(database15: Database, db15: Connection) -> None:
    for name in ("Acme", "Zeta"):
        make_all_outcomes(db15, name)

    result = json.loads(succeeded(pg_drip(database15, "de-enroll", "--all-clients", "--batch-size", "3", "--json")))

    types = {name: type(value) for name, value in result.items()}
    assert types == {
        "success": bool,
        "found": int,
        "processed": int,
        "byOutcome": dict,
        "failed": int,
        "skipped": int,
        "seconds": float,
        "leadsPerSecond": int,
        "runs": list,
        "errors": list,
    }
    assert result["success"] is True
    assert (result["failed"], result["skipped"], result["errors"]) == (0, 0, [])
    assert result["byOutcome"] == outcomes(db15)
    assert result["found"] == result["processed"] == 28 - data.active(db15) == 22
    assert result["seconds"] > 0
    assert result["leadsPerSecond"] == pytest.approx(22 / result["seconds"], rel=0.05, abs=1)
    runs = data.rows(db15, "select * from drip.de_enrollment_runs order by fleet_run_id nulls first")
    assert set(result["runs"]) == {str(run["id"]) for run in runs}
    assert [run["leads_processed"] for run in runs] == [22, 11, 11]
    assert {run["batch_size"] for run in runs} == {3}


def test_jobs_over_clients_share_one_fleet_run(database15: Database, db15: Connection) -> None:
    for number in range(6):
        data.make_finished(db15, 40, f"Client {number}")

    done = pg_drip(database15, "de-enroll", "--all-clients", "--jobs", "4", "--batch-size", "7", "--json")

    result = json.loads(succeeded(done))
    assert (result["success"], result["found"], result["processed"]) == (True, 240, 240)
    assert data.entries(db15) == {1: 240}
    assert data.active(db15) == 0
    assert statuses(db15) == [(True, "succeeded"), *[(False, "succeeded")] * 6]
    fleet = data.column(db15, "select id from drip.de_enrollment_runs where client_id is null")
    assert (
        data.column(db15, "select distinct fleet_run_id from drip.de_enrollment_runs where client_id is not null")
        == fleet
    )
    assert data.run_locks(db15) == []
    data.assert_statistics_are_folded(db15)


def test_jobs_on_one_client_share_its_leads(database15: Database, db15: Connection) -> None:
    client, _ = data.make_finished(db15, 150)
    data.make_finished(db15, 5, "Other")

    done = pg_drip(database15, "de-enroll", "--client", str(client), "--jobs", "3", "--batch-size", "5", "--json")

    result = json.loads(succeeded(done))
    assert (result["success"], result["processed"], result["byOutcome"]["completed"]) == (True, 150, 150)
    assert data.entries(db15) == {0: 5, 1: 150}
    assert data.column(db15, "select distinct client_id from drip.de_enrollment_runs") == [client]
    assert data.run_locks(db15) == []
    data.assert_statistics_are_exact(db15)


def test_a_dry_run_counts_and_changes_nothing(database15: Database, db15: Connection) -> None:
    clients = [make_all_outcomes(db15, name) for name in ("Acme", "Zeta")]
    before = data.contents(db15)

    done = pg_drip_each(
        database15,
        "de-enroll --all-clients --dry-run",
        "de-enroll --all-clients --dry-run --json",
        f"de-enroll --client {clients[0]} --dry-run --json",
    )

    text = succeeded(done["de-enroll --all-clients --dry-run"])
    assert text.endswith("\n22 leads would leave. Nothing was changed.\n")
    reasons = ("completed_sequence", "booked_active", "opted_out_active", "campaign_inactive", "campaign_missing")
    assert all(reason in text for reason in reasons)
    leads = dict(zip(reasons, (4, 3, 1, 2, 1), strict=True))
    for command, factor in (
        ("de-enroll --all-clients --dry-run --json", 2),
        (f"de-enroll --client {clients[0]} --dry-run --json", 1),
    ):
        result = json.loads(succeeded(done[command]))
        assert sorted(result) == ["byReason", "dryRun", "found"]
        assert (result["dryRun"], result["found"]) == (True, 11 * factor)
        assert {row["reason"]: row["leads"] for row in result["byReason"]} == {
            reason: count * factor for reason, count in leads.items()
        }
        assert {row["outcome"] for row in result["byReason"]} == set(data.OUTCOMES)
    assert data.contents(db15) == before


def test_a_poison_lead_stays_behind_alone_until_it_is_mended(database15: Database, db15: Connection) -> None:
    client, leads = data.make_finished(db15, 9)
    data.make_finished(db15, 2, "Other")
    trigger = data.poison(db15, leads[4], "poisoned\nby a test")

    done = pg_drip(database15, "de-enroll", "--all-clients", "--json")
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert (result["success"], result["found"], result["processed"], result["failed"]) == (False, 11, 10, 1)
    assert "1 lead could not leave. See drip.de_enrollment_errors" in done.stderr
    assert all(line.startswith("Error: ") for line in done.stderr.splitlines())
    assert data.column(db15, "select id from drip.leads where is_active") == [leads[4]]
    data.assert_statistics_are_exact(db15)

    # It pauses now, so that a schedule does not fail each time.
    again = succeeded(pg_drip(database15, "de-enroll", "--client", str(client)))
    assert figures(again)["found"] == figures(again)["failed"] == 0

    stuck = pg_drip_each(database15, "stuck-leads", "health --json", "health")
    assert re.search(r"^failing +completed +1 ", report_of(stuck["stuck-leads"], 1), re.MULTILINE)
    health = {check["name"]: check["status"] for check in json.loads(report_of(stuck["health --json"], 1))}
    assert health["failing_leads"] == "warning"
    assert re.search(r"^failing leads +warning +1 ", report_of(stuck["health"], 1), re.MULTILINE)

    in_vain = report_of(pg_drip(database15, "stuck-leads", "--fix"), 1)
    assert re.search(r"\nStill stuck: 1 lead\. See drip\.stuck_leads for each one\.\n\Z", in_vain)
    data.drop_trigger(db15, trigger)
    assert succeeded(pg_drip(database15, "stuck-leads", "--fix")).endswith("\nNo lead is stuck.\n")
    assert data.entries(db15) == {1: 11}
    succeeded(pg_drip(database15, "health"))


def test_a_sweep_that_the_database_refuses_tells_no_detail(database15: Database, db15: Connection) -> None:
    client, _ = data.make_finished(db15, 3)
    before = data.contents(db15)
    data.raise_for(db15, "drip.de_enrollment_runs", "insert", "true", "no run\n  today")
    done = pg_drip_each(database15, "de-enroll --all-clients", f"de-enroll --client {client}", "stuck-leads --fix")
    for command, one in done.items():
        assert "no run today." in refused(one), command
    assert data.contents(db15) == before


def test_one_client_that_fails_does_not_stop_the_others(database15: Database, db15: Connection) -> None:
    bad, _ = data.make_finished(db15, 3, "Bad")
    data.make_finished(db15, 4, "Good")
    data.raise_for(db15, "drip.de_enrollment_runs", "insert", f"new.client_id = '{bad}'", "not this one")

    done = pg_drip(database15, "de-enroll", "--all-clients", "--json")

    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert (result["success"], result["processed"]) == (False, 4)
    assert f"Error: client {bad}: not this one" in done.stderr
    assert [error["clientId"] for error in result["errors"]] == [str(bad)]
    assert data.active(db15) == 3
    assert "running" not in [status for _, status in statuses(db15)]


# ---------------------------------------------------------------- stuck-leads, health


def test_stuck_leads_are_reported_and_fixed(database15: Database, db15: Connection) -> None:
    clients = [make_all_outcomes(db15, name) for name in ("Acme", "Zeta")]
    empty = data.make_campaign(db15, clients[1], "Empty", steps=0)
    data.make_leads(db15, clients[1], empty, 2, position=0)
    before = data.contents(db15)

    done = pg_drip_each(database15, "stuck-leads", "stuck-leads --json", f"stuck-leads --client {clients[0]} --json")
    text = report_of(done["stuck-leads"], 1)
    assert re.search(r"^completed_sequence +completed +8 ", text, re.MULTILINE)
    assert re.search(r"^empty_campaign +- +2 ", text, re.MULTILINE)
    assert text.endswith("\n24 leads stuck. See drip.stuck_leads for each one, or give --fix.\n")
    every = json.loads(report_of(done["stuck-leads --json"], 1))
    assert sorted(every) == ["remaining", "report"]
    assert every["remaining"] == 24
    assert all(
        {name: type(value) for name, value in row.items()}
        == {
            "clientId": str,
            "reason": str,
            "outcome": type(None) if row["reason"] == "empty_campaign" else str,
            "leads": int,
            "fixed": int,
            "advice": str,
        }
        for row in every["report"]
    )
    assert sum(row["leads"] for row in every["report"]) == 24
    assert sum(row["fixed"] for row in every["report"]) == 0
    one = json.loads(report_of(done[f"stuck-leads --client {clients[0]} --json"], 1))
    assert one["remaining"] == sum(row["leads"] for row in one["report"]) == 11
    assert {row["clientId"] for row in one["report"]} == {str(clients[0])}
    assert data.contents(db15) == before

    fixed = json.loads(succeeded(pg_drip(database15, "stuck-leads", "--client", str(clients[0]), "--fix", "--json")))
    assert fixed["remaining"] == 0
    assert sum(row["fixed"] for row in fixed["report"]) == 11
    assert outcomes(db15) == OUTCOMES_OF_ONE

    rest = report_of(pg_drip(database15, "stuck-leads", "--fix"), 1)
    assert re.search(r"^completed_sequence +completed +4 +4 ", rest, re.MULTILINE)
    assert rest.endswith("\nStill stuck: 2 leads. See drip.stuck_leads for each one.\n")
    db15.execute("update drip.campaigns set is_active = false where id = %s", (empty,))
    assert succeeded(pg_drip(database15, "stuck-leads", "--fix")).endswith("\nNo lead is stuck.\n")
    assert succeeded(pg_drip(database15, "stuck-leads")) == "No lead is stuck.\n"
    data.assert_statistics_are_exact(db15)


def test_health_fails_until_a_sweep_has_run(database15: Database, db15: Connection) -> None:
    succeeded(pg_drip(database15, "health"))
    data.make_finished(db15, 3)

    before = pg_drip_each(database15, "health", "health --json")
    text = report_of(before["health"], 1)
    assert re.search(r"^last sweep +critical ", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 100
    checks = json.loads(report_of(before["health --json"], 1))
    assert [sorted(check) for check in checks] == [["meaning", "name", "status", "unit", "value"]] * len(checks)
    assert {check["name"]: check["status"] for check in checks if check["status"] != "ok"} == {"last_sweep": "critical"}

    succeeded(pg_drip(database15, "de-enroll", "--all-clients"))
    after = succeeded(pg_drip(database15, "health"))
    assert re.search(r"^last sweep +ok ", after, re.MULTILINE)
    assert re.search(r"^de enrolled +ok +3 ", after, re.MULTILINE)


def test_a_number_of_the_database_is_one_in_json(database15: Database, db15: Connection) -> None:
    data.make_finished(db15, 3)
    checks = json.loads(report_of(pg_drip(database15, "health", "--json"), 1))
    assert {check["name"]: check["value"] for check in checks}["due_leads"] == 3


# ---------------------------------------------------------------- clients


def test_clients_are_created_and_listed(database: Database) -> None:
    none = pg_drip_each(database, "clients list", "clients list --json")
    assert "pg-drip clients create" in succeeded(none["clients list"])
    assert json.loads(succeeded(none["clients list --json"])) == []

    created = succeeded(pg_drip(database, "clients", "create", "Zoë's Café ☕", "--timezone", "Europe/Paris"))
    client = UUID(created.strip())
    assert created == f"{client}\n"
    assert str(client) in succeeded(pg_drip(database, "clients", "create", "Acme")) + created

    done = pg_drip_each(database, "clients list", "clients list --json", f"de-enroll --client {client} --json")
    assert json.loads(succeeded(done[f"de-enroll --client {client} --json"]))["success"] is True
    listed = json.loads(succeeded(done["clients list --json"]))
    assert [(row["name"], row["timezone"], row["isActive"]) for row in listed] == [
        ("Acme", "UTC", True),
        ("Zoë's Café ☕", "Europe/Paris", True),
    ]
    assert listed[1]["id"] == str(client)
    assert sorted(listed[0]) == ["createdAt", "id", "isActive", "name", "timezone"]
    text = succeeded(done["clients list"])
    assert re.search(rf"^{client} +Zoë's Café ☕ +Europe/Paris +yes", text, re.MULTILINE)


def test_a_client_that_cannot_be_is_refused(database15: Database, db15: Connection) -> None:
    # A telephone number in the DETAIL of an error.
    db15.execute("create unique index clients_name_key on drip.clients (name)")
    data.make_client(db15, "+12025550142")
    before = data.contents(db15)

    taken = pg_drip(database15, "clients", "create", "+12025550142")
    lines = {
        arguments: refused(invoke(database15, ["clients", "create", *arguments], {}))
        for arguments in (("Acme", "--timezone", "Mars/Olympus"), ("",), ("   ",), ("x" * 256,))
    }

    assert "time zone Mars/Olympus is not known" in lines["Acme", "--timezone", "Mars/Olympus"]
    assert "America/New_York" in lines["Acme", "--timezone", "Mars/Olympus"]
    for name in ("", "   ", "x" * 256):
        assert "1 to 255 characters" in lines[name,]
    assert "clients_name_key" in refused(taken)
    assert data.contents(db15) == before
