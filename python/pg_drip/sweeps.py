"""Sweeps: leads that finished, booked or opted out leave their campaigns; and the report of those that did not.

The database does the work. Here are the callers: a pool of threads, each with a connection of its own.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from pg_drip.database import connect
from pg_drip.errors import PgDripError
from pg_drip.models import HealthCheck, Run, StuckReport, SweepError, SweepResult, fetch, fetch_value, fetch_values

Connection = psycopg.Connection[TupleRow]
DEFAULT_BATCH_SIZE = 1000
POLL_SECONDS = 0.2


class Progress(NamedTuple):
    """Where a sweep is: leads found so far, leads processed and failed, clients done of all clients."""

    found: int
    processed: int
    failed: int
    clients_done: int
    clients: int


Watcher = Callable[[Progress], None]


def read_runs(connection: Connection, run_ids: Sequence[UUID]) -> list[Run]:
    """These runs, and a fleet run's clients' ones, the fleet's first: `drip.get_de_enrollment_runs`."""
    columns = (
        "r.id, r.client_id, r.status, r.leads_found, r.leads_processed, r.leads_completed, r.leads_booked, "
        "r.leads_opted_out, r.leads_campaign_deleted, r.leads_failed, r.error_message"
    )
    return fetch(connection, Run, f"select {columns} from drip.get_de_enrollment_runs(%s) as r", [list(run_ids)])


def sweep_all_clients(
    dsn: str = "", *, batch_size: int = DEFAULT_BATCH_SIZE, jobs: int = 1, watcher: Watcher | None = None
) -> SweepResult:
    """Sweep every client that has somebody due: `drip.de_enroll_client` for each, within one fleet run.

    One client's failure is an entry in the result's `errors` and does not stop the others.

    Args:
        dsn: a connection string; empty means libpq's environment.
        batch_size: leads per transaction, 1 to 10,000.
        jobs: clients swept at the same time.
        watcher: called with the progress five times a second.

    Raises:
        InvalidInputError: the batch size is out of range (DR005).
        PgDripError: the database refused to open, read or end the fleet run.
    """
    started = time.perf_counter()
    with connect(dsn) as connection:
        fleet_run_id: UUID = fetch_value(
            connection, "select drip.start_de_enrollment_run(null, %s::integer)", [batch_size]
        )
        crew = _Crew(dsn, batch_size, fleet_run_id)
        try:
            client_ids = fetch_values(connection, "select d.client_id from drip_internal.list_due_clients() as d")

            def progress() -> Progress:
                runs = _of_clients(read_runs(connection, [fleet_run_id]))
                found = sum(run.leads_found for run in runs)
                return _progress(found, runs, crew.done, len(client_ids))

            crew.sweep(client_ids, min(jobs, len(client_ids)), progress, watcher)
        except BaseException:
            with suppress(PgDripError):
                # What was cancelled is dead, and its run says so at once.
                fetch_value(connection, "select drip.reap_runs()")
                fetch_value(connection, "select drip.finish_de_enrollment_run(%s)", [fleet_run_id])
            raise
        _reap(connection, crew)
        fetch_value(connection, "select drip.finish_de_enrollment_run(%s)", [fleet_run_id])
        runs = read_runs(connection, [fleet_run_id])
    found = sum(run.leads_found for run in _of_clients(runs))
    failed = sum(run.leads_failed for run in _of_clients(runs))
    return _summarise(found, failed, runs, crew.errors, time.perf_counter() - started)


def sweep_client(
    client_id: UUID,
    dsn: str = "",
    *,
    batch_size: int = DEFAULT_BATCH_SIZE,
    jobs: int = 1,
    watcher: Watcher | None = None,
) -> SweepResult:
    """Sweep one client: `drip.de_enroll_client`, by several workers at once if wanted, who share by SKIP LOCKED.

    Args:
        client_id: the client.
        dsn: a connection string; empty means libpq's environment.
        batch_size: leads per transaction, 1 to 10,000.
        jobs: workers, each with a run of its own.
        watcher: called with the progress five times a second.

    Raises:
        NotFoundError: there is no such client (DR001).
        InvalidInputError: the batch size is out of range (DR005).
        PgDripError: the database refused something else.
    """
    started = time.perf_counter()
    crew = _Crew(dsn, batch_size, None)
    with connect(dsn) as connection:

        def progress() -> Progress:
            crew.note_runs(connection)
            runs = read_runs(connection, list(crew.run_ids))
            return _progress(_found_by_all(runs), runs, 0, 1)

        try:
            crew.sweep([client_id] * jobs, jobs, progress, watcher)
        except BaseException:
            with suppress(PgDripError):
                fetch_value(connection, "select drip.reap_runs()")
            raise
        if crew.refusal and not crew.run_ids:
            raise crew.refusal
        _reap(connection, crew)
        runs = read_runs(connection, list(crew.run_ids))
    # A lead that fails does so in each worker.
    failed = max((run.leads_failed for run in runs), default=0)
    return _summarise(_found_by_all(runs), failed, runs, crew.errors, time.perf_counter() - started)


def report_stuck_leads(
    connection: Connection, client_id: UUID | None = None, *, fix: bool = False
) -> list[StuckReport]:
    """Stuck leads by client and reason: `drip.stuck_leads`, or their repair, `drip.fix_stuck_leads`, client by client.

    Args:
        connection: a connection in autocommit: each client's repair is a transaction.
        client_id: one client; None: all.
        fix: take out every lead that has an outcome; False only reports.

    Raises:
        NotFoundError: there is no such client (DR001).
    """
    if not fix:
        if client_id is not None:
            fetch_value(connection, "select drip_internal.require_client(%s)", [client_id])
        return fetch(
            connection,
            StuckReport,
            "select s.client_id, s.reason, s.outcome, count(*) as leads, 0 as fixed, s.advice "
            "from drip.stuck_leads as s where %(client)s::uuid is null or s.client_id = %(client)s "
            "group by s.client_id, s.reason, s.outcome, s.advice "
            "order by s.client_id, count(*) desc, s.reason, s.outcome",
            {"client": client_id},
        )
    client_ids = (
        fetch_values(connection, "select distinct s.client_id from drip.stuck_leads as s order by s.client_id")
        if client_id is None
        else [client_id]
    )
    return [
        row
        for one_id in client_ids
        for row in fetch(
            connection,
            StuckReport,
            "select %(client)s::uuid as client_id, f.* from drip.fix_stuck_leads(%(client)s) as f",
            {"client": one_id},
        )
    ]


def count_stuck_leads(connection: Connection, client_id: UUID | None = None) -> int:
    """How many leads `drip.stuck_leads` shows now, of one client or (None) of all."""
    query = "select count(*) from drip.stuck_leads as s where %(client)s::uuid is null or s.client_id = %(client)s"
    return int(fetch_value(connection, query, {"client": client_id}))


def read_health(connection: Connection) -> list[HealthCheck]:
    """The checks of `drip.de_enrollment_health`."""
    return fetch(connection, HealthCheck, "select h.* from drip.de_enrollment_health as h")


class _Crew:
    """Threads that call `drip.de_enroll_client`, each on a connection of its own, until no client is left."""

    def __init__(self, dsn: str, batch_size: int, fleet_run_id: UUID | None) -> None:
        self.run_ids: set[UUID] = set()
        self.errors: list[SweepError] = []
        self.refusal: PgDripError | None = None
        self.done = 0
        self._dsn = dsn
        self._arguments = {"batch_size": batch_size, "fleet_run_id": fleet_run_id}
        self._waiting: queue.SimpleQueue[UUID] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._connections: dict[int, Connection] = {}
        self._lock = threading.Lock()

    def sweep(
        self, client_ids: Sequence[UUID], jobs: int, progress: Callable[[], Progress], watcher: Watcher | None
    ) -> None:
        """Work through these clients, and come back when all are done or, after an exception here, cancelled."""
        for client_id in client_ids:
            self._waiting.put(client_id)
        with ThreadPoolExecutor(max(jobs, 1), thread_name_prefix="sweep") as pool:
            workers = [pool.submit(self._work) for _ in range(jobs)]
            try:
                is_done = False
                while not is_done:
                    is_done = not wait(workers, POLL_SECONDS).not_done
                    now = progress()
                    if watcher:
                        watcher(now)
            except BaseException:
                self._cancel(workers)
                raise
        for worker in workers:
            worker.result()
        if left := self._waiting.qsize():
            self.errors.append(SweepError(client_id=None, message=f"{left} clients were not swept"))

    def note_runs(self, connection: Connection) -> None:
        """Remember the runs that the crew drives now: a worker whose session dies cannot tell its run any more."""
        with self._lock:
            pids = [one.info.backend_pid for one in self._connections.values() if not one.closed]
        found = fetch_values(
            connection,
            "select s from drip_internal.list_session_runs(%s) as s",
            [pids],
        )
        with self._lock:
            self.run_ids.update(found)

    def _work(self) -> None:
        connection: Connection | None = None
        try:
            while not self._stopped.is_set():
                try:
                    client_id = self._waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    if connection is None or connection.closed:
                        connection = self._connect()
                except PgDripError as error:
                    self._note_error(client_id, error)
                    return
                try:
                    self._sweep_one(connection, client_id)
                except PgDripError as error:
                    self._note_error(client_id, error)
                with self._lock:
                    self.done += 1
        finally:
            if connection is not None:
                connection.close()

    def _connect(self) -> Connection:
        connection = connect(self._dsn)
        with self._lock:
            self._connections[threading.get_ident()] = connection
        return connection

    def _sweep_one(self, connection: Connection, client_id: UUID) -> None:
        run_id = fetch_value(
            connection,
            "call drip.de_enroll_client(%(client_id)s, %(batch_size)s::integer, null, null, %(fleet_run_id)s)",
            {"client_id": client_id} | self._arguments,
        )
        if run_id is not None:
            with self._lock:
                self.run_ids.add(run_id)

    def _note_error(self, client_id: UUID, error: PgDripError) -> None:
        with self._lock:
            self.refusal = error
            self.errors.append(SweepError(client_id=client_id, message=error.message))

    def _cancel(self, workers: Sequence[Future[None]]) -> None:
        self._stopped.set()
        # Again and again: a worker may be on its way to the server when the first cancel gets there.
        while wait(workers, 0).not_done:
            with self._lock:
                connections = [one for one in self._connections.values() if not one.closed]
            for connection in connections:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=2)
            wait(workers, POLL_SECONDS)


def _reap(connection: Connection, crew: _Crew) -> None:
    # A worker whose session died left a run that only looks alive.
    if crew.errors:
        fetch_value(connection, "select drip.reap_runs()")


def _of_clients(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.client_id is not None]


def _found_by_all(runs: Sequence[Run]) -> int:
    # Workers on one client find the same leads, so what they found is no sum.
    return max((run.leads_found for run in runs), default=0)


def _progress(found: int, runs: Sequence[Run], clients_done: int, clients: int) -> Progress:
    processed = sum(run.leads_processed for run in runs)
    failed = sum(run.leads_failed for run in runs)
    return Progress(max(found, processed + failed), processed, failed, clients_done, clients)


def _summarise(
    found: int, failed: int, runs: Sequence[Run], errors: Sequence[SweepError], seconds: float
) -> SweepResult:
    of_clients = _of_clients(runs)
    by_outcome: Counter[str] = Counter(completed=0, booked=0, opted_out=0, campaign_deleted=0)
    for run in of_clients:
        by_outcome.update(run.by_outcome)
    processed = sum(run.leads_processed for run in of_clients)
    found = max(found, processed + failed)
    problems = [
        *errors,
        *(SweepError(client_id=run.client_id, message=run.error_message) for run in runs if run.error_message),
    ]
    return SweepResult(
        success=not problems and failed == 0 and all(run.status == "succeeded" for run in runs),
        found=found,
        processed=processed,
        by_outcome=dict(by_outcome),
        failed=failed,
        skipped=found - processed - failed,
        seconds=round(seconds, 3),
        leads_per_second=round(processed / seconds),
        runs=[run.id for run in runs],
        errors=problems,
    )
