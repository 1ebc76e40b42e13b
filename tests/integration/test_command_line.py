"""The command line as processes against real servers: exit codes, streams, signals, and what the database says then."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import click
import pytest
from click.testing import CliRunner
from psycopg import sql

from pg_drip.cli import cli
from pg_drip.sources import resource_folder
from tests.support import data
from tests.support.clusters import Connection, Database, Server

TIMEOUT = 60
NOBODY = "00000000-0000-0000-0000-000000000042"
MIGRATIONS = sorted(
    path.stem for path in (resource_folder("sql") / "migrations").glob("*.sql") if ".rollback" not in path.name
)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
# What no failing command may print: Python's inside, and what the database says about rows.
LEAK = re.compile(r"Traceback|DETAIL|CONTEXT|\+1\d{5}")

Done = subprocess.CompletedProcess[str]


# ---------------------------------------------------------------- how


def launch(
    database: Database, arguments: Sequence[str], environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """`pg-drip` as a process of its own, with nothing but pipes."""
    # A shell that runs the tests in the background ignores Ctrl-C, which children inherit; with a handler they do not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "pg_drip", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=database.environment() | (environment or {}),
        )
    finally:
        signal.signal(signal.SIGINT, before)


def finish(process: subprocess.Popen[str]) -> Done:
    """Wait for its end."""
    try:
        stdout, stderr = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
    return checked(Done(process.args, process.returncode, stdout, stderr))


def pg_drip(database: Database, *arguments: str, **environment: str) -> Done:
    """Run one command."""
    return finish(launch(database, arguments, environment))


def pg_drip_each(database: Database, *commands: str, **environment: str) -> dict[str, Done]:
    """Run several commands of a kind: the first as a process, the others, which are no different, in this one."""
    first, *others = commands
    process = launch(database, first.split(), environment)
    try:
        done = {command: invoke(database, command.split(), environment) for command in others}
    finally:
        own = finish(process)
    return {first: own} | done


def invoke(database: Database, arguments: Sequence[str], environment: dict[str, str]) -> Done:
    """Run one command in this process."""
    without: dict[str, str | None] = {name: None for name in os.environ if name.startswith("PG")}
    result = CliRunner(env=without | database.environment() | environment).invoke(cli, arguments, prog_name="pg-drip")
    assert result.exception is None or isinstance(result.exception, SystemExit), arguments
    return checked(Done(list(arguments), result.exit_code, result.stdout, result.stderr))


def checked(done: Done) -> Done:
    """It printed text and nothing else; when it failed, it did so without telling what nobody should read."""
    assert not CONTROL.search(done.stdout + done.stderr), done
    if done.returncode != 0:
        assert not LEAK.search(done.stdout + done.stderr), done
    return done


def succeeded(done: Done) -> str:
    """What a command printed that did all it should."""
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def report_of(done: Done, exit_code: int) -> str:
    """What a report printed that found something, or nothing."""
    assert (done.returncode, done.stderr) == (exit_code, ""), done
    return done.stdout


def refused(done: Done, exit_code: int = 1) -> str:
    """The one line of a command that was refused."""
    assert done.returncode == exit_code, done
    assert done.stdout == "", done
    [line] = done.stderr.splitlines()
    assert line.startswith("Error: "), done
    return line


def figures(text: str) -> dict[str, int]:
    """A sweep's summary as numbers."""
    found = re.findall(r"^  ([a-z ]+?) +([\d,]+)$", text, re.MULTILINE)
    return {name: int(number.replace(",", "")) for name, number in found}


# ---------------------------------------------------------------- given, then


@pytest.fixture
def db(database15: Database) -> Iterator[Connection]:
    with database15.connect() as connection:
        yield connection


@pytest.fixture
def bare15(server15: Server) -> Iterator[Database]:
    """A database with nothing in it."""
    with server15.database(template="template0") as database:
        yield database


def make_finished(db: Connection, count: int, name: str = "Acme") -> tuple[UUID, list[UUID]]:
    """A client with one campaign and so many leads at its end."""
    client = data.make_client(db, name)
    return client, data.make_leads(db, client, data.make_campaign(db, client), count)


def make_all_outcomes(db: Connection, name: str) -> UUID:
    """A client with 11 leads that leave, in every way there is, and 3 that stay."""
    client = data.make_client(db, name)
    standard = data.make_campaign(db, client, "Standard")
    retired = data.make_campaign(db, client, "Retired")
    data.make_leads(db, client, standard, 4)
    data.make_leads(db, client, standard, 3, position=1, booked_at=data.NOON)
    data.make_leads(db, client, standard, 1, position=1, opted_out=True)
    data.make_leads(db, client, retired, 2, position=1)
    data.make_leads(db, client, None, 1)
    data.make_leads(db, client, standard, 3, position=2)
    db.execute("update drip.campaigns set is_active = false where id = %s", (retired,))
    return client


OUTCOMES_OF_ONE = {"completed": 4, "booked": 3, "opted_out": 1, "campaign_deleted": 3}


def outcomes(db: Connection) -> dict[str, int]:
    """What became of everybody, by the histories."""
    query = (
        "select e.entry ->> 'outcome', count(*) from drip.leads as l "
        "cross join lateral jsonb_array_elements(l.campaign_history) as e (entry) group by 1"
    )
    return dict(db.execute(query).fetchall())


def statuses(db: Connection) -> list[tuple[bool, str]]:
    """Each run: is it the fleet's, and how it ended."""
    query = "select r.client_id is null, r.status from drip.de_enrollment_runs as r order by 1 desc, 2"
    return [(is_fleet, status) for is_fleet, status in db.execute(query).fetchall()]


@contextmanager
def role(server: Server, *memberships: str) -> Iterator[str]:
    """A role that can log in; roles are the whole server's."""
    name = f"role_{uuid.uuid4().hex[:8]}"
    with server.connect() as connection:
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(name)))
        for membership in memberships:
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(membership), sql.Identifier(name)))
        try:
            yield name
        finally:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


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


def test_verify_names_what_was_changed_by_hand(database15: Database, db: Connection) -> None:
    definition = data.value(db, "select pg_get_functiondef('drip.reap_runs(timestamptz)'::regprocedure)")
    db.execute(definition.replace("5 minutes", "50 minutes"))

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
    assert data.value(db, "select pg_get_functiondef('drip.reap_runs(timestamptz)'::regprocedure)") == definition


def test_rollback_and_back_again(database15: Database, db: Connection) -> None:
    make_all_outcomes(db, "Acme")
    leads = data.contents(db)["drip.leads"]

    undone = succeeded(pg_drip(database15, "rollback", "--to", "0020"))
    assert undone.endswith("Rolled back: 1 migration.\n")
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

    assert "Deployed: 1 migration applied" in succeeded(pg_drip(database15, "deploy"))
    after = pg_drip_each(database15, "verify", "history", "history --json")
    succeeded(after["verify"])
    assert data.contents(db)["drip.leads"] == leads
    data.assert_statistics_are_exact(db)
    operations = [
        *(("apply", name) for name in MIGRATIONS),
        ("rollback", MIGRATIONS[3]),
        ("apply", MIGRATIONS[3]),
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


def test_rollback_to_what_does_not_exist(database15: Database, db: Connection) -> None:
    done = pg_drip_each(database15, "rollback --to 0042", "rollback --to nonsense", "rollback")
    for name in ("0042", "nonsense"):
        line = refused(done[f"rollback --to {name}"])
        assert f"there is no migration {name}." in line
        assert MIGRATIONS[0] in line
    assert "--to" in refused(done["rollback"], 2)
    assert data.value(db, "select count(*) from drip.object_drift") == 0


# ---------------------------------------------------------------- de-enroll: bad input


def test_bad_usage_changes_nothing(database15: Database, db: Connection) -> None:
    client, _ = make_finished(db, 3)
    before = data.contents(db)
    expected = {
        "de-enroll": "Give either --all-clients or --client ID.",
        f"de-enroll --all-clients --client {client}": "Give either --all-clients or --client ID.",
        "de-enroll --all-clients --batch-size 0": "0 is not in the range 1<=x<=10000",
        "de-enroll --all-clients --batch-size 10001": "10001 is not in the range 1<=x<=10000",
        "de-enroll --client 12345": "'12345' is not a valid UUID",
    }
    for command, done in pg_drip_each(database15, *expected).items():
        assert expected[command] in refused(done, 2), command
    assert data.contents(db) == before


def test_an_unknown_client_changes_nothing(database15: Database, db: Connection) -> None:
    make_finished(db, 3)
    before = data.contents(db)
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
    assert data.contents(db) == before


# ---------------------------------------------------------------- de-enroll


def test_a_sweep_of_all_clients_sums_up_and_a_second_finds_nothing(database: Database) -> None:
    with database.connect() as db:
        for name in ("Acme", "Zeta"):
            make_all_outcomes(db, name)

        text = succeeded(pg_drip(database, "de-enroll", "--all-clients"))
        both = {name: 2 * leads for name, leads in OUTCOMES_OF_ONE.items()}
        in_words = {name.replace("_", " "): leads for name, leads in both.items()}
        assert figures(text) == {"found": 22} | in_words | {"failed": 0}
        assert re.search(r"^22 leads left in [\d.]+ s, [\d,]+ leads/s\.$", text, re.MULTILINE)
        # No progress bar, and nothing but text: this is a pipe.
        assert len(text.splitlines()) == 7
        assert "Sweeping" not in text
        assert outcomes(db) == both
        assert data.active(db) == 6
        assert statuses(db) == [(True, "succeeded"), (False, "succeeded"), (False, "succeeded")]
        data.assert_statistics_are_folded(db)

        again = succeeded(pg_drip(database, "de-enroll", "--all-clients"))
        assert set(figures(again).values()) == {0}
        assert re.search(r"^0 leads left in", again, re.MULTILINE)
        assert outcomes(db) == both


def test_a_sweep_as_json_equals_the_database(database15: Database, db: Connection) -> None:
    for name in ("Acme", "Zeta"):
        make_all_outcomes(db, name)

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
    assert result["byOutcome"] == outcomes(db)
    assert result["found"] == result["processed"] == 28 - data.active(db) == 22
    assert result["seconds"] > 0
    assert result["leadsPerSecond"] == pytest.approx(22 / result["seconds"], rel=0.05, abs=1)
    runs = data.rows(db, "select * from drip.de_enrollment_runs order by fleet_run_id nulls first")
    assert set(result["runs"]) == {str(run["id"]) for run in runs}
    assert [run["leads_processed"] for run in runs] == [22, 11, 11]
    assert {run["batch_size"] for run in runs} == {3}


def test_jobs_over_clients_share_one_fleet_run(database15: Database, db: Connection) -> None:
    for number in range(6):
        make_finished(db, 40, f"Client {number}")

    done = pg_drip(database15, "de-enroll", "--all-clients", "--jobs", "4", "--batch-size", "7", "--json")

    result = json.loads(succeeded(done))
    assert (result["success"], result["found"], result["processed"]) == (True, 240, 240)
    assert data.entries(db) == {1: 240}
    assert data.active(db) == 0
    assert statuses(db) == [(True, "succeeded"), *[(False, "succeeded")] * 6]
    fleet = data.column(db, "select id from drip.de_enrollment_runs where client_id is null")
    assert (
        data.column(db, "select distinct fleet_run_id from drip.de_enrollment_runs where client_id is not null")
        == fleet
    )
    assert data.run_locks(db) == []
    data.assert_statistics_are_folded(db)


def test_jobs_on_one_client_share_its_leads(database15: Database, db: Connection) -> None:
    client, _ = make_finished(db, 150)
    make_finished(db, 5, "Other")

    done = pg_drip(database15, "de-enroll", "--client", str(client), "--jobs", "3", "--batch-size", "5", "--json")

    result = json.loads(succeeded(done))
    assert (result["success"], result["processed"], result["byOutcome"]["completed"]) == (True, 150, 150)
    assert data.entries(db) == {0: 5, 1: 150}
    assert data.column(db, "select distinct client_id from drip.de_enrollment_runs") == [client]
    assert data.run_locks(db) == []
    data.assert_statistics_are_exact(db)


def test_a_dry_run_counts_and_changes_nothing(database15: Database, db: Connection) -> None:
    clients = [make_all_outcomes(db, name) for name in ("Acme", "Zeta")]
    before = data.contents(db)

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
    assert data.contents(db) == before


def test_a_poison_lead_stays_behind_alone_until_it_is_mended(database15: Database, db: Connection) -> None:
    client, leads = make_finished(db, 9)
    make_finished(db, 2, "Other")
    trigger = data.poison(db, leads[4], "poisoned\nby a test")

    done = pg_drip(database15, "de-enroll", "--all-clients", "--json")
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert (result["success"], result["found"], result["processed"], result["failed"]) == (False, 11, 10, 1)
    assert "1 lead could not leave. See drip.de_enrollment_errors" in done.stderr
    assert all(line.startswith("Error: ") for line in done.stderr.splitlines())
    assert data.column(db, "select id from drip.leads where is_active") == [leads[4]]
    data.assert_statistics_are_exact(db)

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
    data.drop_trigger(db, trigger)
    assert succeeded(pg_drip(database15, "stuck-leads", "--fix")).endswith("\nNo lead is stuck.\n")
    assert data.entries(db) == {1: 11}
    succeeded(pg_drip(database15, "health"))


def test_a_sweep_that_the_database_refuses_tells_no_detail(database15: Database, db: Connection) -> None:
    client, _ = make_finished(db, 3)
    before = data.contents(db)
    data.raise_for(db, "drip.de_enrollment_runs", "insert", "true", "no run\n  today")
    done = pg_drip_each(database15, "de-enroll --all-clients", f"de-enroll --client {client}", "stuck-leads --fix")
    for command, one in done.items():
        assert "no run today." in refused(one), command
    assert data.contents(db) == before


def test_one_client_that_fails_does_not_stop_the_others(database15: Database, db: Connection) -> None:
    bad, _ = make_finished(db, 3, "Bad")
    make_finished(db, 4, "Good")
    data.raise_for(db, "drip.de_enrollment_runs", "insert", f"new.client_id = '{bad}'", "not this one")

    done = pg_drip(database15, "de-enroll", "--all-clients", "--json")

    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert (result["success"], result["processed"]) == (False, 4)
    assert f"Error: client {bad}: not this one" in done.stderr
    assert [error["clientId"] for error in result["errors"]] == [str(bad)]
    assert data.active(db) == 3
    assert "running" not in [status for _, status in statuses(db)]


# ---------------------------------------------------------------- stuck-leads, health


def test_stuck_leads_are_reported_and_fixed(database15: Database, db: Connection) -> None:
    clients = [make_all_outcomes(db, name) for name in ("Acme", "Zeta")]
    empty = data.make_campaign(db, clients[1], "Empty", steps=0)
    data.make_leads(db, clients[1], empty, 2, position=0)
    before = data.contents(db)

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
    assert data.contents(db) == before

    fixed = json.loads(succeeded(pg_drip(database15, "stuck-leads", "--client", str(clients[0]), "--fix", "--json")))
    assert fixed["remaining"] == 0
    assert sum(row["fixed"] for row in fixed["report"]) == 11
    assert outcomes(db) == OUTCOMES_OF_ONE

    rest = report_of(pg_drip(database15, "stuck-leads", "--fix"), 1)
    assert re.search(r"^completed_sequence +completed +4 +4 ", rest, re.MULTILINE)
    assert rest.endswith("\nStill stuck: 2 leads. See drip.stuck_leads for each one.\n")
    db.execute("update drip.campaigns set is_active = false where id = %s", (empty,))
    assert succeeded(pg_drip(database15, "stuck-leads", "--fix")).endswith("\nNo lead is stuck.\n")
    assert succeeded(pg_drip(database15, "stuck-leads")) == "No lead is stuck.\n"
    data.assert_statistics_are_exact(db)


def test_health_fails_until_a_sweep_has_run(database15: Database, db: Connection) -> None:
    succeeded(pg_drip(database15, "health"))
    make_finished(db, 3)

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


def test_a_number_of_the_database_is_one_in_json(database15: Database, db: Connection) -> None:
    make_finished(db, 3)
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


def test_a_client_that_cannot_be_is_refused(database15: Database, db: Connection) -> None:
    # A telephone number in the DETAIL of an error.
    db.execute("create unique index clients_name_key on drip.clients (name)")
    data.make_client(db, "+12025550142")
    before = data.contents(db)

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
    assert data.contents(db) == before


# ---------------------------------------------------------------- servers, databases and roles that do not fit

ASKING = ("de-enroll --all-clients", "health", "stuck-leads", "clients list")


def test_a_server_that_is_not_there(database15: Database) -> None:
    for command, done in pg_drip_each(database15, *ASKING, PGHOST="/nonexistent").items():
        line = refused(done)
        assert "cannot connect" in line, command
        assert "PGHOST" in line, command
        assert "--dsn" in line, command


def test_a_database_that_is_not_there(database15: Database) -> None:
    for command, done in pg_drip_each(database15, *ASKING, PGDATABASE="nowhere").items():
        assert "createdb nowhere" in refused(done), command


def test_a_dsn_goes_before_the_environment(database15: Database) -> None:
    bad = {"PGHOST": "/nonexistent", "PGDATABASE": "nowhere"}
    assert "No lead is stuck." in succeeded(pg_drip(database15, "--dsn", database15.dsn, "stuck-leads", **bad))


def test_a_database_that_is_not_deployed_yet(bare15: Database) -> None:
    commands = (*ASKING, "clients create Acme", f"de-enroll --client {NOBODY} --jobs 2")
    for command, done in pg_drip_each(bare15, *commands).items():
        assert "pg-drip deploy" in refused(done), command
    with bare15.connect() as connection:
        assert data.value(connection, "select to_regnamespace('drip')") is None


def test_a_role_without_rights_is_refused_and_changes_nothing(database15: Database, db: Connection) -> None:
    make_finished(db, 3)
    before = data.contents(db)
    with role(database15.server) as name:
        commands = (*ASKING, "clients create Acme", "stuck-leads --fix", "deploy", "rollback --to 0020", "status")
        done = pg_drip_each(database15, *commands, PGUSER=name)
        unknown = pg_drip(database15, "health", PGUSER=f"{name}_2")
    for command, one in done.items():
        line = refused(one)
        assert "permission denied" in line or "To deploy, be a superuser" in line, command
        assert re.search(r"member of|owner", line), command
    assert "PGUSER" in refused(unknown)
    assert data.contents(db) == before
    assert data.value(db, "select count(*) from drip.object_drift") == 0


@pytest.mark.parametrize("membership", ["drip_readonly", "drip_api", "drip_cron"])
def test_a_role_with_few_rights_does_all_or_nothing(database15: Database, db: Connection, membership: str) -> None:
    client, _ = make_finished(db, 3)
    before = data.contents(db)
    with role(database15.server, membership) as name:
        for arguments in (["--all-clients"], ["--client", str(client)]):
            done = pg_drip(database15, "de-enroll", *arguments, PGUSER=name)
            if done.returncode == 0:
                assert data.active(db) == 0
            else:
                assert "permission denied" in refused(done)
                assert data.contents(db) == before


def test_a_role_that_may_call_and_read_sweeps(database15: Database, db: Connection) -> None:
    make_finished(db, 3)
    with role(database15.server, "drip_api", "drip_readonly") as name:
        assert figures(succeeded(pg_drip(database15, "de-enroll", "--all-clients", PGUSER=name)))["completed"] == 3
        seen = pg_drip_each(database15, "stuck-leads", "health", "clients create Zeta", PGUSER=name)
    for done in seen.values():
        succeeded(done)


def test_a_role_that_may_read_the_views_reads_them(database15: Database, db: Connection) -> None:
    make_finished(db, 3)
    with role(database15.server, "drip_readonly") as name:
        seen = pg_drip_each(database15, "clients list", "verify", "health", PGUSER=name)
    assert "Acme" in succeeded(seen["clients list"])
    succeeded(seen["verify"])
    assert "last sweep" in report_of(seen["health"], 1)


def test_a_role_that_may_read_the_views_sees_who_is_stuck(database15: Database, db: Connection) -> None:
    make_finished(db, 3)
    with role(database15.server, "drip_readonly") as name:
        assert "completed_sequence" in report_of(pg_drip(database15, "stuck-leads", PGUSER=name), 1)


# ---------------------------------------------------------------- help


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[str]:
    yield " ".join(path)
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name))


def test_help_needs_no_server(database15: Database) -> None:
    helps = [f"{command} --help".lstrip() for command in commands(cli)]
    for command, done in pg_drip_each(database15, *helps, PGHOST="/nonexistent").items():
        assert succeeded(done).startswith(f"Usage: pg-drip {command.removesuffix('--help')}".rstrip()), command


# ---------------------------------------------------------------- signals and terminals


def wait_until_held(db: Connection) -> None:
    """Until a sweep waits for the lock that a test holds."""
    data.wait_until(
        lambda: data.value(
            db,
            "select exists (select from pg_locks as k where k.locktype = 'advisory' and k.classid = %s "
            "and not k.granted and k.database = (select d.oid from pg_database as d where d.datname = current_database()))",
            data.TEST_LOCK,
        ),
        "the sweep waits",
    )


@pytest.mark.parametrize(
    ("number", "arguments"),
    [
        (signal.SIGINT, "--all-clients --jobs 2"),
        (signal.SIGTERM, "--all-clients"),
        (signal.SIGINT, "--client {} --jobs 2 --json"),
    ],
    ids=["Ctrl-C, all clients", "SIGTERM, all clients", "Ctrl-C, one client"],
)
def test_an_interrupted_sweep_leaves_nothing_behind(
    database15: Database, db: Connection, number: signal.Signals, arguments: str
) -> None:
    client, leads = make_finished(db, 20)
    make_finished(db, 20, "Zeta")
    with data.hold_exits_of(database15, leads[10]):
        process = launch(database15, ["de-enroll", *arguments.format(client).split(), "--batch-size", "4"])
        wait_until_held(db)
        process.send_signal(number)
        done = finish(process)
    assert done.returncode == 130
    assert (done.stdout, done.stderr) == ("", "Interrupted.\n")
    ended = statuses(db)
    assert ended
    assert "running" not in [status for _, status in ended]
    assert data.run_locks(db) == []
    assert (
        data.value(
            db,
            "select count(*) from pg_stat_activity where application_name like 'pg-drip%%' and datname = %s",
            database15.name,
        )
        == 0
    )
    assert data.lead(db, leads[10])["is_active"]
    data.assert_statistics_are_exact(db)

    data.sweep_all(db)
    assert data.entries(db) == {1: 40}


@contextmanager
def on_a_terminal(database: Database, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command on a pseudo-terminal of its own, and where its screen is read."""
    screen, terminal = pty.openpty()
    environment = database.environment() | {"TERM": "xterm-256color", "COLUMNS": "90", "LINES": "40"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pg_drip", *arguments], stdin=terminal, stdout=terminal, stderr=terminal, env=environment
    )
    os.close(terminal)
    try:
        yield process, screen
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def read_screen(screen: int, until: str = r"\Z(?!)") -> str:
    """What a terminal shows, until this stands there, or the end."""
    shown = b""
    while not re.search(until, shown.decode(errors="replace")):
        assert select.select([screen], [], [], TIMEOUT)[0], shown
        try:
            piece = os.read(screen, 4096)
        except OSError:
            # So Linux says that nobody has the terminal open any more.
            break
        if not piece:
            break
        shown += piece
    return shown.decode(errors="replace")


def test_a_terminal_shows_progress(database15: Database, db: Connection) -> None:
    _, leads = make_finished(db, 12)
    make_finished(db, 3, "Zeta")
    with (
        data.hold_exits_of(database15, leads[8]) as release,
        on_a_terminal(database15, "de-enroll", "--all-clients", "--batch-size", "4") as (process, screen),
    ):
        # Two batches, and before or after them the other client's.
        shown = read_screen(screen, until=r"(8|11) of \d+ leads, [01] of 2 clients")
        release()
        rest = read_screen(screen)
        assert process.wait(TIMEOUT) == 0
    assert "Sweeping" in shown
    assert "\x1b[" in shown
    assert re.search(r"(8|11) of \d+ leads", shown)
    assert "15 leads left in" in rest
    assert data.active(db) == 0


def test_ctrl_c_at_a_terminal_ends_with_one_line(database15: Database, db: Connection) -> None:
    client, leads = make_finished(db, 12)
    with (
        data.hold_exits_of(database15, leads[8]),
        on_a_terminal(database15, "de-enroll", "--client", str(client), "--json") as (process, screen),
    ):
        wait_until_held(db)
        process.send_signal(signal.SIGINT)
        shown = read_screen(screen)
        assert process.wait(TIMEOUT) == 130
    lines = [line.strip() for line in re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", shown).splitlines()]
    assert [line for line in lines if line][-1] == "Interrupted."
    assert not LEAK.search(shown)
    # The cursor that the bar hid is back.
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")
    assert data.run_locks(db) == []


def test_a_reader_that_goes_away_is_no_error(database15: Database, db: Connection) -> None:
    for number in range(3):
        data.make_client(db, f"Client {number}")
    process = launch(database15, ["clients", "list"])
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    stderr: Any = process.stderr.read()
    process.wait(TIMEOUT)
    process.stderr.close()
    assert not LEAK.search(stderr)
    assert len(stderr.splitlines()) <= 1
