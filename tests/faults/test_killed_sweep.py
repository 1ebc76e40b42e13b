"""Sweeps whose backend, or whose server, dies: what was committed stays, the rest is as if it had not been tried."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.support import clusters, data
from tests.support.clusters import Connection, Database, Server

IS_LONG = os.environ.get("DRIP_LONG_FAULTS") == "1"
WORKERS = 8 if IS_LONG else 4
LEADS = 100_000 if IS_LONG else 8_000
KILLS = 200 if IS_LONG else 25
SEED = int(os.environ.get("DRIP_SEED", "7"))


@pytest.fixture(scope="module")
def private_server() -> Iterator[Server]:
    """A server that may be killed."""
    server = clusters.start(15, {"restart_after_crash": "on"}, suffix="k")
    try:
        yield server
    finally:
        server.cluster.remove()


@pytest.fixture
def private_database(private_server: Server) -> Iterator[Database]:
    with private_server.database() as database:
        yield database


def reconnect(database: Database) -> Connection:
    """A connection, once the server answers again."""
    made: list[Connection] = []

    def is_made() -> bool:
        try:
            made.append(database.connect())
        except psycopg.OperationalError:
            return False
        return True

    data.wait_until(is_made, "the server answers again", 20)
    return made[0]


def make_finished(db: Connection, count: int) -> tuple[UUID, list[UUID]]:
    client = data.make_client(db)
    return client, data.make_leads(db, client, data.make_campaign(db, client), count)


def expect_that_the_batch_was_lost(db: Connection, leads: list[UUID]) -> None:
    """Thirty leads, batches of ten, killed in the second: one batch is done, and everything adds up at this instant."""
    assert data.column(db, "select id from drip.leads where not is_active order by id") == leads[:10]
    assert data.entries(db) == {0: 20, 1: 10}
    data.assert_statistics_are_exact(db)
    assert data.run_locks(db) == []
    (run,) = data.rows(db, "select * from drip.de_enrollment_runs where client_id is not null")
    assert (run["status"], run["batches"], run["leads_processed"], run["last_processed_id"]) == (
        "running",
        1,
        10,
        leads[9],
    )

    assert data.value(db, "select drip.reap_runs()") == 2
    assert data.column(db, "select status from drip.de_enrollment_runs") == ["crashed", "crashed"]
    assert data.value(db, "select status from drip.de_enrollment_health where name = 'broken_runs'") == "critical"


def expect_that_the_next_sweep_completes(db: Connection) -> None:
    fleet = data.sweep_all(db, p_batch_size=10)
    assert data.figures(db, fleet) == {"found": 20, "processed": 20, "completed": 20, "batches": 2}
    assert data.run(db, fleet)["status"] == "succeeded"
    assert data.entries(db) == {1: 30}
    data.assert_statistics_are_folded(db)
    assert data.column(db, "select completed_leads_count from drip.campaigns") == [30]
    assert data.value(db, "select status from drip.de_enrollment_health where name = 'broken_runs'") == "ok"


def test_a_backend_terminated_in_a_batch(database: Database) -> None:
    with database.connect() as db, database.connect() as sweeper:
        _, leads = make_finished(db, 30)
        with data.hold_exits_of(database, leads[14]):
            sweeping = data.in_background(lambda: data.sweep_all(sweeper, p_batch_size=10))
            data.wait_until_waiting(db, data.pid_of(sweeper))
            db.execute("select pg_terminate_backend(%s)", (data.pid_of(sweeper),))
            assert isinstance(sweeping.exception(30), psycopg.OperationalError)
            data.wait_until_gone(db, data.pid_of(sweeper))
            expect_that_the_batch_was_lost(db, leads)
        expect_that_the_next_sweep_completes(db)


def test_a_backend_terminated_in_a_callers_batch(database: Database) -> None:
    with database.connect() as db, database.connect() as caller:
        client, leads = make_finished(db, 30)
        run = data.value(caller, "select drip.start_de_enrollment_run(%s)", client)
        caller.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads[:10]))
        with data.hold_exits_of(database, leads[14]):
            processing = data.in_background(
                lambda: caller.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads[10:20]))
            )
            data.wait_until_waiting(db, data.pid_of(caller))
            db.execute("select pg_terminate_backend(%s)", (data.pid_of(caller),))
            assert isinstance(processing.exception(30), psycopg.OperationalError)
            data.wait_until_gone(db, data.pid_of(caller))
        assert data.figures(db, run) == {"processed": 10, "completed": 10, "batches": 1}
        # The run lives by its heartbeat: whoever started it may go on in another session.
        db.execute("select drip.process_de_enrollment_batch(%s, %s)", (run, leads[10:]))
        assert data.value(db, "select drip.finish_de_enrollment_run(%s)", run) == "succeeded"
        assert data.entries(db) == {1: 30}
        data.assert_statistics_are_folded(db)


def test_a_backend_terminated_in_a_fold(database: Database) -> None:
    folder = database.connect()
    with database.connect() as db:
        make_finished(db, 30)
        folder.execute("begin")
        assert data.value(folder, "select drip.fold_campaign_stats()") == 1
        db.execute("select pg_terminate_backend(%s)", (data.pid_of(folder),))
        data.wait_until_gone(db, data.pid_of(folder))
        folder.close()
        data.assert_statistics_are_exact(db)
        assert data.value(db, "select drip.fold_campaign_stats()") == 1
        data.assert_statistics_are_folded(db)


def test_a_backend_killed_in_a_batch(private_database: Database) -> None:
    """SIGKILL: the server takes everybody's sessions down and recovers by itself."""
    with private_database.connect() as db:
        _, leads = make_finished(db, 30)
    sweeper, db = private_database.connect(), private_database.connect()
    with data.hold_exits_of(private_database, leads[14]):
        sweeping = data.in_background(lambda: data.sweep_all(sweeper, p_batch_size=10))
        data.wait_until_waiting(db, data.pid_of(sweeper))
        os.kill(data.pid_of(sweeper), signal.SIGKILL)
        assert isinstance(sweeping.exception(60), psycopg.OperationalError)
        data.wait_until(lambda: is_cut_off(db), "the server has ended every session")
    sweeper.close()
    db.close()
    with reconnect(private_database) as db:
        data.drop_trigger(db, "wait_for_test")
        expect_that_the_batch_was_lost(db, leads)
        expect_that_the_next_sweep_completes(db)


def is_cut_off(connection: Connection) -> bool:
    try:
        connection.execute("select")
    except psycopg.OperationalError:
        return True
    return False


def test_a_server_killed_in_a_batch(private_database: Database) -> None:
    """SIGKILL of the postmaster: its backends notice and end; started again, it recovers."""
    cluster = private_database.server.cluster
    with private_database.connect() as db:
        _, leads = make_finished(db, 30)
    sweeper, db = private_database.connect(), private_database.connect()
    with data.hold_exits_of(private_database, leads[14]):
        sweeping = data.in_background(lambda: data.sweep_all(sweeper, p_batch_size=10))
        data.wait_until_waiting(db, data.pid_of(sweeper))
        postmaster = cluster.pid()
        assert postmaster is not None
        processes = [postmaster, *data.column(db, "select pid from pg_stat_activity where pid is not null")]
        cluster.kill()
        assert isinstance(sweeping.exception(60), psycopg.OperationalError)
    sweeper.close()
    db.close()
    data.wait_until(lambda: not any(map(is_alive, processes)), "the server's processes are gone", 60)
    cluster.start()
    with reconnect(private_database) as db:
        data.drop_trigger(db, "wait_for_test")
        expect_that_the_batch_was_lost(db, leads)
        expect_that_the_next_sweep_completes(db)


def is_alive(pid: int) -> bool:
    """Whether the process exists; as a zombie it does, and a server does not start beside one."""
    return (Path("/proc") / str(pid)).exists()


# ---------------------------------------------------------------- at random


def test_backends_terminated_at_random(database15: Database) -> None:
    """Workers sweep the fleet in loops and are terminated at random; what kills is spread over the work, not over time."""
    chance = random.Random(SEED)
    done = threading.Event()

    def sweep_on(number: int) -> int:
        own = random.Random(SEED * 1000 + number)
        deaths = 0
        while not done.is_set():
            try:
                with database15.connect(application_name="sweeper") as connection:
                    while not done.is_set():
                        data.sweep_all(connection, p_batch_size=own.choice([1, 3, 7, 25]))
            except psycopg.OperationalError:
                deaths += 1
        return deaths

    with database15.connect() as db:
        clients = [data.make_client(db, f"Client {number}") for number in range(4)]
        for client in clients:
            campaigns = [data.make_campaign(db, client, f"Campaign {number}", steps=number) for number in (1, 2, 3)]
            for campaign in campaigns:
                share = LEADS // len(clients) // len(campaigns) // 4
                data.make_leads(db, client, campaign, share)
                data.make_leads(db, client, campaign, share, position=9)
                data.make_leads(db, client, campaign, share, position=0, opted_out=True)
                data.make_leads(db, client, campaign, share, position=0, booked_at=data.NOON)
        db.execute("analyze drip.leads")
        before = data.active(db)
        assert before > LEADS * 0.99

        def processed() -> int:
            return int(
                data.value(
                    db,
                    "select coalesce(sum(leads_processed), 0) from drip.de_enrollment_runs where client_id is not null",
                )
            )

        def has_processed(threshold: int) -> bool:
            return processed() >= threshold

        def workers_at_work() -> list[int]:
            return data.column(
                db,
                "select pid from pg_stat_activity where datname = current_database() "
                "and application_name = 'sweeper' and state = 'active'",
            )

        workers = [data.in_background(partial(sweep_on, number)) for number in range(WORKERS)]
        try:
            killed = 0
            for threshold in sorted(chance.randrange(int(before * 0.97)) for _ in range(KILLS)):
                data.wait_until(partial(has_processed, threshold), "the sweeps get on", 300)
                data.wait_until(workers_at_work, "a worker is at work")
                killed += data.value(db, "select pg_terminate_backend(%s)", chance.choice(workers_at_work() or [0]))
                if chance.random() < 0.3:
                    db.execute("select drip.reap_runs()")
            data.wait_until(lambda: data.active(db) == 0, "all leads have left", 300)
        finally:
            done.set()
        deaths = sum(worker.result(60) for worker in workers)

        # Zero doubled history entries, zero lost leads, counters equal to a recount.
        assert killed > KILLS * 0.9
        assert deaths > KILLS / 2
        assert data.entries(db) == {1: before}
        assert processed() == before
        data.assert_statistics_are_exact(db)
        db.execute("select drip.fold_campaign_stats()")
        data.assert_statistics_are_folded(db)
        assert (
            data.value(
                db,
                "select sum(completed_leads_count + opted_out_count + booked_count) from drip.campaigns "
                "where active_leads_count = 0",
            )
            == before
        )
        assert data.value(db, "select count(*) from drip.de_enrollment_errors") == 0

        # Every run tells the truth about what it did, the crashed ones too.
        db.execute("select drip.reap_runs()")
        statuses = set(data.column(db, "select status from drip.de_enrollment_runs"))
        assert statuses - {"partial"} == {"succeeded", "crashed"}
        assert data.value(
            db,
            "select bool_and(leads_processed = leads_completed + leads_booked + leads_opted_out) "
            "from drip.de_enrollment_runs",
        )
        assert data.run_locks(db) == []
