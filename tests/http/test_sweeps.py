"""POST /api/admin/scripts/de-enroll and GET /api/admin/de-enrollment/health."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from tests.support import clusters, data
from tests.support.clusters import Connection, Database
from tests.support.command_line import OUTCOMES_OF_ONE, make_all_outcomes
from tests.support.http_door import HEALTH, SWEEP, UNLIMITED, Door, answer_of, fields_of, problem_of, served

KEYS = ["success", "found", "processed", "byOutcome", "failed", "seconds", "runs"]
NONE = {"completed": 0, "booked": 0, "opted_out": 0, "campaign_deleted": 0}


def sweep(door: Door, **body: Any) -> dict[str, Any]:
    report: dict[str, Any] = answer_of(door.client.post(SWEEP, json=body))
    assert list(report) == KEYS
    return report


def figures(report: dict[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("success", "found", "processed", "byOutcome", "failed")}


OF_ONE = {"success": True, "found": 11, "processed": 11, "byOutcome": OUTCOMES_OF_ONE, "failed": 0}


@contextmanager
def held(door: Door, db: Connection, lead: UUID) -> Iterator[Callable[[], None]]:
    """Whoever takes this lead out waits until it is released."""
    try:
        with data.hold_exits_of(door.database, lead) as release:
            yield release
    finally:
        data.drop_trigger(db, "wait_for_test")


def test_one_client(door: Door, db: Connection) -> None:
    client = make_all_outcomes(db, "Sweep one")
    report = sweep(door, clientId=str(client), batchSize=2)
    assert figures(report) == OF_ONE
    [run_id] = report["runs"]
    run = data.run(db, UUID(run_id))
    assert (run["client_id"], run["status"], run["batch_size"], run["batches"] >= 6) == (client, "succeeded", 2, True)
    again = sweep(door, clientId=str(client))
    assert figures(again) == {"success": True, "found": 0, "processed": 0, "byOutcome": NONE, "failed": 0}
    assert again["runs"] == []
    data.assert_statistics_are_exact(db)


def test_all_clients(door: Door, db: Connection) -> None:
    clients = {make_all_outcomes(db, name) for name in ("Sweep a", "Sweep b")}
    report = answer_of(door.client.post(SWEEP))
    assert figures(report) == {
        "success": True,
        "found": 22,
        "processed": 22,
        "byOutcome": {name: 2 * leads for name, leads in OUTCOMES_OF_ONE.items()},
        "failed": 0,
    }
    fleet, *_ = (data.run(db, UUID(run_id)) for run_id in report["runs"])
    assert fleet["client_id"] is None
    assert {data.run(db, UUID(run_id))["client_id"] for run_id in report["runs"][1:]} == clients


def test_a_dry_run_changes_nothing(door: Door, db: Connection) -> None:
    client = make_all_outcomes(db, "Dry")
    before = data.contents(db)
    for body in ({"clientId": str(client), "dryRun": True}, {"dryRun": True}):
        report = sweep(door, **body)
        assert figures(report) == OF_ONE | {"processed": 0}
        assert report["runs"] == []
    assert data.contents(db) == before
    sweep(door, clientId=str(client))


def test_a_dry_run_counts_whom_the_sweep_would_take(door: Door, db: Connection, acme: UUID) -> None:
    campaign = data.make_campaign(db, acme)
    leads = [data.make_lead(db, acme, campaign, position=3) for _ in "ab"]
    trigger = data.poison(db, leads[0])
    try:
        assert sweep(door, clientId=str(acme), dryRun=True)["found"] == 2
        assert sweep(door, clientId=str(acme))["failed"] == 1
        # It pauses now.
        for whose in ({"clientId": str(acme)}, {}):
            assert sweep(door, **whose, dryRun=True)["found"] == 0
            assert sweep(door, **whose)["found"] == 0
    finally:
        data.drop_trigger(db, trigger)


def test_a_poison_lead_is_counted_and_the_others_leave(door: Door, db: Connection, acme: UUID) -> None:
    leads = data.make_leads(db, acme, data.make_campaign(db, acme, steps=1), 3, position=1)
    trigger = data.poison(db, leads[0])
    report = sweep(door, clientId=str(acme))
    assert (report["success"], report["found"], report["processed"], report["failed"]) == (True, 3, 2, 1)
    data.drop_trigger(db, trigger)


def test_a_sweep_that_breaks_is_no_success(door: Door, db: Connection, acme: UUID) -> None:
    data.make_leads(db, acme, data.make_campaign(db, acme, steps=1), 3, position=1)
    trigger = data.raise_for(
        db, "drip.de_enrollment_runs", "update", f"new.client_id = '{acme}' and new.leads_found > 0", "no luck"
    )
    response = door.client.post(SWEEP, json={"clientId": str(acme)})
    data.drop_trigger(db, trigger, "drip.de_enrollment_runs")
    assert response.status_code == 500 or response.json()["success"] is False
    assert "no luck" not in response.text


def test_of_two_at_the_same_time_one_is_refused(door: Door, db: Connection, acme: UUID, other: UUID) -> None:
    [lead] = data.make_leads(db, acme, data.make_campaign(db, acme, steps=1), 1, position=1)
    with held(door, db, lead) as release:
        first = data.in_background(lambda: door.client.post(SWEEP, json={"clientId": str(acme)}))
        data.wait_until(
            lambda: data.value(db, "select exists (select from drip.de_enrollment_runs where client_id = %s)", acme),
            "the sweep runs",
        )
        problem_of(door.client.post(SWEEP, json={"clientId": str(acme)}), 409)
        # Others are not concerned.
        assert sweep(door, clientId=str(other))["success"]
        assert sweep(door, clientId=str(acme), dryRun=True)["found"] == 1
        release()
        assert answer_of(first.result(60))["processed"] == 1
    assert sweep(door, clientId=str(acme))["processed"] == 0


def test_of_many_that_begin_together_one_sweeps(door: Door, db: Connection, acme: UUID) -> None:
    [lead] = data.make_leads(db, acme, data.make_campaign(db, acme, steps=1), 1, position=1)
    with held(door, db, lead) as release:
        posts = [data.in_background(lambda: door.client.post(SWEEP, json={"clientId": str(acme)})) for _ in range(8)]
        data.wait_until(lambda: sum(post.done() for post in posts) == 7, "all but one have an answer")
        release()
        assert sorted(post.result(60).status_code for post in posts) == [200] + [409] * 7


@pytest.mark.parametrize("of_fleet", [True, False])
def test_a_sweep_that_somebody_else_drives_counts(door: Door, db: Connection, acme: UUID, of_fleet: bool) -> None:
    client = None if of_fleet else acme
    run_id = data.value(db, "select drip.start_de_enrollment_run(%s::uuid)", client)
    body = {} if of_fleet else {"clientId": str(acme)}
    problem_of(door.client.post(SWEEP, json=body), 409)
    db.execute("select drip.finish_de_enrollment_run(%s)", (run_id,))
    assert sweep(door, **body)["success"]


def test_a_crashed_sweep_does_not_count(door: Door, db: Connection, acme: UUID) -> None:
    run_id = data.value(db, "select drip.start_de_enrollment_run(%s)", acme)
    db.execute(
        "update drip.de_enrollment_runs set heartbeat_at = now() - interval '6 minutes' where id = %s", (run_id,)
    )
    assert sweep(door, clientId=str(acme))["success"]
    assert data.run(db, run_id)["status"] == "crashed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"batchSize": 0}, "batchSize"),
        ({"batchSize": 10_001}, "batchSize"),
        ({"batchSize": "10"}, "batchSize"),
        ({"dryRun": 1}, "dryRun"),
        ({"clientId": "all"}, "clientId"),
        ({"jobs": 2}, "jobs"),
    ],
)
def test_a_bad_field_is_named(door: Door, body: dict[str, Any], field: str) -> None:
    assert fields_of(door.client.post(SWEEP, json=body)) == {field}


def test_an_unknown_client_is_a_400(door: Door) -> None:
    for dry_run in (True, False):
        body = {"clientId": "00000000-0000-4000-8000-000000000042", "dryRun": dry_run}
        problem_of(door.client.post(SWEEP, json=body), 400, "DR001")


def test_the_log_has_the_guides_events(door: Door, db: Connection) -> None:
    client = make_all_outcomes(db, "Logged")
    before = len(door.log())
    sweep(door, clientId=str(client))
    [complete] = door.events("complete", 1, before)
    [summary] = door.events("summary", 1, before)
    assert complete["milliseconds"] >= 0
    assert (summary["processed"], summary["completed"], summary["client_id"]) == (11, 4, str(client))
    left = door.events("de_enrolled", 11, before)
    assert {line["level"] for line in left} == {"debug"}
    assert {(line["client_id"], set(line) & {"name", "first_name", "last_name"} == set()) for line in left} == {
        (str(client), True)
    }


def test_health_is_the_view(door: Door, db: Connection) -> None:
    report = answer_of(door.client.get(HEALTH))
    assert list(report) == ["status", "checks"]
    names = data.column(db, "select h.name from drip.de_enrollment_health as h")
    assert [check["name"] for check in report["checks"]] == names
    assert all(list(check) == ["name", "status", "value", "unit", "meaning"] for check in report["checks"])
    assert report["status"] in ("ok", "warning", "critical")


@pytest.fixture
def quiet_database() -> Any:
    with clusters.running(15).database() as database:
        yield database


def test_health_is_its_worst_check(quiet_database: Database) -> None:
    with served(quiet_database, *UNLIMITED) as door, quiet_database.connect() as db:
        assert answer_of(door.client.get(HEALTH))["status"] == "ok"
        client = data.make_client(db)
        empty = data.make_campaign(db, client, steps=0)
        data.make_lead(db, client, empty)
        report = answer_of(door.client.get(HEALTH))
        assert report["status"] == "warning"
        assert door.metric("drip_stuck_leads") == 1
        assert sweep(door)["success"]
