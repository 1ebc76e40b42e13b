"""Which runs live and which have crashed."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from psycopg import errors as pg

from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.data import minutes


def reap(db: Connection, after: timedelta | None = None) -> int:
    """Reap, as if so much time had passed."""
    reaped = (
        data.value(db, "select drip.reap_runs()")
        if after is None
        else data.value(db, "select drip.reap_runs(now() + %s)", after)
    )
    return int(reaped)


def statuses(db: Connection) -> list[str]:
    """The runs' statuses, the fleet's first."""
    return data.column(db, "select status from drip.de_enrollment_runs order by client_id nulls first, started_at")


@dataclass
class Sweep:
    """A sweep that is in the middle of its second batch of ten, in another session."""

    pid: int
    connection: Connection
    ended: threading.Event
    error: list[psycopg.Error]


@contextmanager
def sweep_in_progress(database: Database, db: Connection, before: str = "select") -> Iterator[Sweep]:
    client = data.make_client(db)
    leads = data.make_leads(db, client, data.make_campaign(db, client), 30)
    with database.connect() as sweeper, data.hold_exits_of(database, leads[14]) as release:
        sweeper.execute(before)
        sweep = Sweep(data.pid_of(sweeper), sweeper, threading.Event(), [])

        def run() -> None:
            try:
                data.sweep_all(sweeper, p_batch_size=10)
            except psycopg.Error as error:
                sweep.error.append(error)
            finally:
                sweep.ended.set()

        sweeping = data.in_background(run)
        data.wait_until(
            lambda: (
                sweep.ended.is_set()
                or data.value(db, "select exists (select from pg_locks where pid = %s and not granted)", sweep.pid)
            ),
            "the sweep is in its second batch",
        )
        yield sweep
        release()
        sweeping.result(30)


def test_a_run_at_work_is_never_marked(database: Database) -> None:
    with database.connect() as db:
        with sweep_in_progress(database, db):
            assert statuses(db) == ["running", "running"]
            assert set(data.run_locks(db)) - {data.pid_of(db)}
            for after in (None, minutes(6), timedelta(days=400)):
                assert reap(db, after) == 0
            assert statuses(db) == ["running", "running"]
        assert statuses(db) == ["succeeded", "succeeded"]
        assert data.run_locks(db) == []


def test_a_terminated_run_is_marked(database: Database) -> None:
    with database.connect() as db:
        with sweep_in_progress(database, db) as sweep:
            assert reap(db) == 0
            db.execute("select pg_terminate_backend(%s)", (sweep.pid,))
            assert sweep.ended.wait(30)
            data.wait_until_gone(db, sweep.pid)
            assert reap(db) == 2
            assert statuses(db) == ["crashed", "crashed"]
            assert reap(db) == 0
        for row in data.rows(db, "select * from drip.de_enrollment_runs"):
            assert row["finished_at"] >= row["started_at"]
            assert row["error_message"]
        # What it did is kept, and the next sweep goes on.
        assert data.entries(db) == {0: 20, 1: 10}
        assert data.figures(db, data.sweep_all(db))["processed"] == 20
        assert data.entries(db) == {1: 30}


@pytest.mark.parametrize("how", ["cancelled", "timed out"])
def test_a_cancelled_run_in_a_session_that_lives_on_is_marked(database: Database, how: str) -> None:
    with database.connect() as db:
        before = "set statement_timeout = '1s'" if how == "timed out" else "select"
        with sweep_in_progress(database, db, before) as sweep:
            if how == "cancelled":
                db.execute("select pg_cancel_backend(%s)", (sweep.pid,))
            assert sweep.ended.wait(30)
            assert isinstance(sweep.error[0], pg.QueryCanceled)
            assert data.run_locks(db) == []
            assert reap(db) == 2
            assert statuses(db) == ["crashed", "crashed"]
        assert data.entries(db) == {0: 20, 1: 10}
        assert data.figures(db, data.sweep_all(db))["processed"] == 20
        assert data.run_locks(db) == []


def test_the_session_of_a_cancelled_run_can_sweep_again(database: Database) -> None:
    with database.connect() as db, database.connect() as sweeper:
        client = data.make_client(db)
        leads = data.make_leads(db, client, data.make_campaign(db, client), 30)
        with data.hold_exits_of(database, leads[14]):
            sweeping = data.in_background(lambda: data.sweep_all(sweeper, p_batch_size=10))
            data.wait_until_waiting(db, data.pid_of(sweeper))
            db.execute("select pg_cancel_backend(%s)", (data.pid_of(sweeper),))
            assert isinstance(sweeping.exception(30), pg.QueryCanceled)
        # Its own dead runs too: a fleet sweep reaps first.
        again = data.sweep_all(sweeper)
        assert data.figures(db, again)["processed"] == 20
        assert sorted(statuses(db)) == ["crashed", "crashed", "succeeded", "succeeded"]


def test_wherever_a_sweep_is_cancelled_it_can_be_reaped(database15: Database) -> None:
    """At random moments, commits and the gaps between two batches among them, in a session that lives on."""
    chance = random.Random(20037)
    cancelled = 0
    with database15.connect() as db, database15.connect() as sweeper:
        client = data.make_client(db)
        data.make_leads(db, client, data.make_campaign(db, client), 2_000)
        while cancelled < 80:
            data.value(sweeper, "select set_config('statement_timeout', %s, false)", f"{chance.randint(3, 30)}ms")
            try:
                data.sweep_all(sweeper, p_batch_size=1)
            except pg.QueryCanceled:
                cancelled += 1
            else:
                break
            # At the latest when it has been silent for five minutes.
            reap(db, minutes(6))
            assert "running" not in statuses(db), f"cancelled {cancelled} times"
        assert cancelled > 10
        sweeper.execute("reset statement_timeout")
        data.sweep_all(sweeper)
        assert data.entries(db) == {1: 2_000}
        assert data.run_locks(db) == []
        data.assert_statistics_are_folded(db)


def test_a_callers_run_lives_by_its_heartbeat(database: Database) -> None:
    with database.connect() as db:
        client = data.make_client(db)
        leads = data.make_leads(db, client, data.make_campaign(db, client), 2)
        run: UUID = data.value(db, "select drip.start_de_enrollment_run(%s)", client)
        assert reap(db, minutes(4.9)) == 0
        # Long ago; then a batch gives a sign of life.
        db.execute("update drip.de_enrollment_runs set heartbeat_at = heartbeat_at - interval '4 minutes'")
        db.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads[:1]))
        assert reap(db, minutes(4.9)) == 0
        assert statuses(db) == ["running"]
        assert reap(db, minutes(5.1)) == 1
        assert statuses(db) == ["crashed"]
        error = data.error_of(lambda: db.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads[1:])))
        assert error.sqlstate == "DR010"
        assert data.value(db, "select drip.finish_de_enrollment_run(%s)", run) == "crashed"
        assert data.entries(db) == {0: 1, 1: 1}


def test_a_batch_that_takes_long_keeps_its_callers_run_alive(database: Database) -> None:
    """Its sign of life is in its own transaction; a reaper that comes meanwhile sees it before it marks anything."""
    with database.connect() as db, database.connect() as caller, database.connect() as reaper:
        client = data.make_client(db)
        leads = data.make_leads(db, client, data.make_campaign(db, client), 2)
        run = data.value(db, "select drip.start_de_enrollment_run(%s)", client)
        db.execute("update drip.de_enrollment_runs set heartbeat_at = heartbeat_at - interval '4 minutes'")
        with caller.transaction():
            caller.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads))
            reaping = data.in_background(lambda: reap(reaper, minutes(4)))
            data.wait_until(
                lambda: (
                    reaping.done()
                    or data.value(
                        db, "select exists (select from pg_locks where pid = %s and not granted)", data.pid_of(reaper)
                    )
                ),
                "the reaper has looked",
            )
        assert reaping.result(30) == 0
        assert statuses(db) == ["running"]


def test_a_callers_fleet_run_lives_through_its_clients_runs(database: Database) -> None:
    with database.connect() as db, database.connect() as sweeper:
        fleet: UUID = data.value(db, "select drip.start_de_enrollment_run(null)")
        client = data.make_client(db)
        leads = data.make_leads(db, client, data.make_campaign(db, client), 3)
        with data.hold_exits_of(database, leads[1]) as release:
            sweeping = data.in_background(lambda: data.sweep(sweeper, client, p_batch_size=1, p_fleet_run_id=fleet))
            data.wait_until_waiting(db, data.pid_of(sweeper))
            assert reap(db, timedelta(days=1)) == 0
            release()
            sweeping.result(30)
        assert statuses(db) == ["running", "succeeded"]
        assert reap(db, minutes(4.9)) == 0
        assert data.value(db, "select drip.finish_de_enrollment_run(%s)", fleet) == "succeeded"
        assert data.figures(db, fleet)["processed"] == 3
        assert reap(db, minutes(6)) == 0


def test_a_callers_fleet_run_that_nobody_drives_is_marked(database15: Database) -> None:
    with database15.connect() as db:
        data.value(db, "select drip.start_de_enrollment_run(null)")
        assert reap(db, minutes(4.9)) == 0
        assert reap(db, minutes(5.1)) == 1
        assert statuses(db) == ["crashed"]


def test_a_fleet_sweep_reaps_first(database15: Database) -> None:
    with database15.connect() as db:
        with sweep_in_progress(database15, db) as sweep:
            db.execute("select pg_terminate_backend(%s)", (sweep.pid,))
            assert sweep.ended.wait(30)
            data.wait_until_gone(db, sweep.pid)
        data.sweep_all(db)
        assert sorted(statuses(db)) == ["crashed", "crashed", "succeeded", "succeeded"]


def test_runs_of_another_database_prove_nothing(database15: Database) -> None:
    """Lock ids count in each database by themselves, and advisory locks of all of them stand in one view."""
    with database15.connect() as db, database15.server.database() as other, other.connect() as neighbour:
        with sweep_in_progress(other, neighbour):
            with sweep_in_progress(database15, db) as sweep:
                db.execute("select pg_terminate_backend(%s)", (sweep.pid,))
                assert sweep.ended.wait(30)
                data.wait_until_gone(db, sweep.pid)
            assert reap(db) == 2
            assert reap(neighbour) == 0
        assert statuses(neighbour) == ["succeeded", "succeeded"]


def test_nobody_reaps_a_run_between_its_batches(database: Database) -> None:
    """Hammered: three reapers without a pause, while two sessions sweep lead by lead."""
    stop = threading.Event()

    def hammer() -> tuple[int, int]:
        reaped = rounds = 0
        with database.connect() as connection:
            while not stop.is_set():
                reaped += reap(connection)
                rounds += 1
        return reaped, rounds

    def sweep_often() -> None:
        with database.connect() as connection:
            for _ in range(8):
                for client, campaign in zip(clients, campaigns, strict=True):
                    data.make_leads(connection, client, campaign, 10)
                data.sweep_all(connection, p_batch_size=1)

    with database.connect() as db:
        clients = [data.make_client(db, name) for name in ("Acme", "Beta")]
        campaigns = [data.make_campaign(db, client) for client in clients]
        reapers = [data.in_background(hammer) for _ in range(3)]
        sweepers = [data.in_background(sweep_often) for _ in range(2)]
        try:
            for sweeper in sweepers:
                sweeper.result(60)
        finally:
            stop.set()
        results = [reaper.result(30) for reaper in reapers]
        assert [reaped for reaped, _ in results] == [0, 0, 0]
        assert min(rounds for _, rounds in results) > 10
        assert set(statuses(db)) == {"succeeded"}
        assert data.run_locks(db) == []


def test_a_finished_run_is_no_younger_than_its_start(database15: Database) -> None:
    with database15.connect() as db:
        data.sweep_all(db, p_now=datetime.fromisoformat("2001-01-01T00:00:00Z"))
        data.sweep_all(db, p_now=data.NOON)
        assert data.value(db, "select bool_and(finished_at >= started_at) from drip.de_enrollment_runs")
