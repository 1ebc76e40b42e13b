"""The schedules that come with the package, and a clock for where pg_cron cannot be had.

They lie in `pg_cron/`, one file each, the file's name being the schedule's name.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

from pg_drip.database import connect
from pg_drip.errors import PgDripError
from pg_drip.models import fetch_value
from pg_drip.sources import resource_folder
from pg_drip.sweeps import read_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from psycopg.rows import TupleRow

_FILE = re.compile(r"\A-- schedule: (?P<cron>\S+(?: \S+){4})\n-- (?P<purpose>[^\n]+)\n(?P<command>[^;]+);\s*\Z")
# cron counts the days of the week from Sunday, APScheduler from Monday; names mean the same to both.
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Schedule:
    """A statement, and when it runs: `cron` in pg_cron's notation, in UTC."""

    name: str
    cron: str
    purpose: str
    command: str

    @property
    def crontab(self) -> str:
        """The same time for APScheduler's `CronTrigger.from_crontab`."""
        *rest, weekday = self.cron.split(" ")
        return " ".join([*rest, re.sub(r"(?<![/\d])[0-7](?!\d)", lambda day: _DAYS[int(day[0])], weekday)])


def read_schedules(folder: Path | None = None) -> list[Schedule]:
    """The schedules in a folder, by name; the default is the package's own.

    Raises:
        PgDripError: a file is not two comment lines (`-- schedule: */15 * * * *`, then the purpose) and one statement.
    """
    return [_read(path) for path in sorted((folder or resource_folder("pg_cron")).glob("*.sql"))]


def _read(path: Path) -> Schedule:
    parts = _FILE.match(path.read_text(encoding="utf-8"))
    if parts is None:
        raise PgDripError(
            f"{path.name} is no schedule.",
            "It starts with -- schedule: */15 * * * *, then a comment what it does, then one statement.",
        )
    return Schedule(path.stem, parts["cron"], parts["purpose"], parts["command"].strip())


class Clock:
    """Runs schedules while this process lives, each on a connection of its own and never twice at the same time.

    Args:
        dsn: a connection string; empty means libpq's environment.
        schedules: what to run.
        report: called with one line per run, from other threads.
    """

    def __init__(self, dsn: str, schedules: Sequence[Schedule], report: Callable[[str], None]) -> None:
        self._dsn = dsn
        self._schedules = schedules
        self._report = report
        self._stopped = threading.Event()
        self._running: set[psycopg.Connection[TupleRow]] = set()
        self._lock = threading.Lock()
        self._scheduler: Any = None

    def start(self, at_once: Collection[str] = ()) -> None:
        """Start the clock, and run the schedules named in `at_once` right away.

        Raises:
            PgDripError: APScheduler is not installed.
        """
        try:
            from apscheduler.events import EVENT_JOB_MAX_INSTANCES
            from apscheduler.schedulers.background import BackgroundScheduler
            from apscheduler.triggers.cron import CronTrigger
        except ImportError:
            raise PgDripError("APScheduler is not installed.", "Run pip install 'pg-drip[demo]'.") from None
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        # Late is better than never, and once is enough for all the runs that were missed.
        defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.add_listener(lambda event: self._tell(event.job_id, "still running"), EVENT_JOB_MAX_INSTANCES)
        for schedule in self._schedules:
            first = {"next_run_time": datetime.now(UTC)} if schedule.name in at_once else {}
            trigger = CronTrigger.from_crontab(schedule.crontab, timezone=UTC)
            self._scheduler.add_job(self._run, trigger, args=[schedule], id=schedule.name, **first)
        self._scheduler.start()

    def stop(self) -> None:
        """Start nothing more, cancel what runs, and come back when it has ended. What a sweep committed stays."""
        if self._scheduler is None:
            return
        self._scheduler.pause()
        self._stopped.set()
        with self._lock:
            running = list(self._running)
        for connection in running:
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=2)
        self._scheduler.shutdown(wait=True)

    def _run(self, schedule: Schedule) -> None:
        if self._stopped.is_set():
            return
        started = time.perf_counter()
        try:
            with connect(self._dsn, application_name=f"pg-drip {schedule.name}") as connection:
                with self._lock:
                    self._running.add(connection)
                try:
                    text = _describe(connection, fetch_value(connection, schedule.command))
                finally:
                    with self._lock:
                        self._running.discard(connection)
        except PgDripError as error:
            text = "cancelled" if self._stopped.is_set() else f"failed: {error}"
        self._tell(schedule.name, f"{text} ({time.perf_counter() - started:.2f} s)")

    def _tell(self, name: str, text: str) -> None:
        self._report(f"{datetime.now(UTC):%H:%M:%S}Z  {name:<16}  {text}")


def _describe(connection: psycopg.Connection[TupleRow], result: object) -> str:
    """What a schedule's statement came to: a sweep gives its run's id, the others a number."""
    if not isinstance(result, UUID):
        return f"{result:,}" if isinstance(result, int) else str(result)
    runs = read_runs(connection, [result])
    run = next(run for run in runs if run.id == result)
    outcomes = ", ".join(f"{leads:,} {name.replace('_', ' ')}" for name, leads in run.by_outcome.items() if leads)
    text = f"{run.leads_processed:,} leads left" + (f": {outcomes}" if outcomes else "")
    if run.leads_failed:
        text += f"; {run.leads_failed:,} failed"
    return text if run.status == "succeeded" else f"{text}; the run {run.status}"
