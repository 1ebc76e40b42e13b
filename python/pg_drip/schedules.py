"""The schedules: those that come with the package, those of a database, and a clock for where pg_cron cannot be had.

A release's schedules lie in `pg_cron/`, one file each, the file's name being the schedule's name. A deploy puts them
into `drip.schedules`, which is the truth from then on.
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
from psycopg import errors, sql
from psycopg.rows import dict_row

from pg_drip.database import connect
from pg_drip.errors import PgDripError, from_database
from pg_drip.models import Model, fetch
from pg_drip.sources import resource_folder
from pg_drip.sweeps import read_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from psycopg.rows import TupleRow

REFRESH_SECONDS = 20
_FILE = re.compile(r"\A-- schedule: (?P<cron>\S+(?: \S+){4})\n-- (?P<purpose>[^\n]+)\n(?P<command>[^;]+);\s*\Z")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# Of the clock's own job; no schedule has a space in its name.
_REFRESH = "read the schedules"


@dataclass(frozen=True)
class ShippedSchedule:
    """A schedule of this release: a statement, and when it runs, in UTC."""

    name: str
    cron_expression: str
    purpose: str
    command: str


class Schedule(Model):
    """A row of `drip.schedules`, and what its cron expression means: weekdays count from Sunday, 0.

    `installed_in` is the database whose pg_cron has its job, `installed_by` the role that owns the job.
    """

    name: str
    cron_expression: str
    command: str
    purpose: str
    enabled: bool
    installed_in: str | None
    installed_by: str | None
    minutes: list[int]
    hours: list[int]
    days: list[int]
    months: list[int]
    weekdays: list[int]
    is_either_day: bool


def read_schedules(folder: Path | None = None) -> list[ShippedSchedule]:
    """The schedules in a folder, by name; the default is the package's own.

    Raises:
        PgDripError: a file is not two comment lines (`-- schedule: */15 * * * *`, then the purpose) and one statement.
    """
    return [_read(path) for path in sorted((folder or resource_folder("pg_cron")).glob("*.sql"))]


def _read(path: Path) -> ShippedSchedule:
    parts = _FILE.match(path.read_text(encoding="utf-8"))
    if parts is None:
        raise PgDripError(
            f"{path.name} is no schedule.",
            "It starts with -- schedule: */15 * * * *, then a comment what it does, then one statement.",
        )
    return ShippedSchedule(path.stem, parts["cron"], parts["purpose"], parts["command"].strip())


def list_schedules(connection: psycopg.Connection[TupleRow]) -> list[Schedule]:
    """The database's schedules by name: `drip_internal.list_schedules`.

    Raises:
        PgDripError: pg_drip is not deployed here, or the role is in none of drip_cron, drip_api and drip_readonly.
    """
    try:
        return fetch(connection, Schedule, "select l.* from drip_internal.list_schedules() as l")
    except PgDripError as error:
        if error.sqlstate != errors.InsufficientPrivilege.sqlstate:
            raise
        role = sql.Identifier(connection.info.user).as_string(connection)
        raise PgDripError(
            error.message, f"As a superuser: grant drip_cron to {role}; to look only, drip_readonly.", error.sqlstate
        ) from None


def make_trigger(schedule: Schedule) -> Any:
    """The schedule's time as a trigger of APScheduler, which fires when pg_cron would, in UTC.

    Raises:
        PgDripError: APScheduler is not installed.
    """
    try:
        from apscheduler.triggers.combining import OrTrigger
        from apscheduler.triggers.cron import CronTrigger
    except ImportError:
        raise PgDripError("APScheduler is not installed.", "Run pip install 'pg-drip[clock]'.") from None

    def fields(numbers: Sequence[int]) -> str:
        return ",".join(map(str, numbers))

    times = {name: fields(getattr(schedule, f"{name}s")) for name in ("minute", "hour", "month")}
    day = {"day": fields(schedule.days)}
    # By name: APScheduler counts from Monday.
    weekday = {"day_of_week": ",".join(_DAYS[number] for number in schedule.weekdays)}
    if schedule.is_either_day:
        return OrTrigger([CronTrigger(**times, **either, timezone=UTC) for either in (day, weekday)])
    return CronTrigger(**times, **day, **weekday, timezone=UTC)


class Clock:
    """Runs the enabled schedules of `drip.schedules` while this process lives.

    Each runs on a connection of its own and never twice at the same time. Changes of the table are noticed within
    `refresh_seconds`.

    Args:
        dsn: a connection string; empty means libpq's environment.
        report: called with one line per run or change, from other threads.
        refresh_seconds: how often the table is read.
    """

    def __init__(self, dsn: str, report: Callable[[str], None], refresh_seconds: float = REFRESH_SECONDS) -> None:
        self._dsn = dsn
        self._report = report
        self._refresh_seconds = refresh_seconds
        self._schedules: dict[str, Schedule] = {}
        self._problem = ""
        self._stopped = threading.Event()
        self._running: set[psycopg.Connection[TupleRow]] = set()
        self._lock = threading.Lock()
        self._scheduler: Any = None

    def start(self, at_once: Collection[str] = ()) -> None:
        """Start the clock, and run those of the schedules named in `at_once` that are enabled right away.

        Raises:
            PgDripError: APScheduler is not installed, or the table cannot be read.
        """
        try:
            from apscheduler.events import EVENT_JOB_MAX_INSTANCES
            from apscheduler.schedulers.background import BackgroundScheduler
        except ImportError:
            raise PgDripError("APScheduler is not installed.", "Run pip install 'pg-drip[clock]'.") from None
        with connect(self._dsn) as connection:
            schedules = list_schedules(connection)
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        # Late is better than never, and once is enough for all the runs that were missed.
        defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.add_listener(self._tell_overrun, EVENT_JOB_MAX_INSTANCES)
        self._apply(schedules, at_once)
        self._scheduler.add_job(self._refresh, "interval", seconds=self._refresh_seconds, id=_REFRESH)
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

    def _refresh(self) -> None:
        if self._stopped.is_set():
            return
        try:
            with connect(self._dsn, application_name="pg-drip schedules") as connection:
                schedules = list_schedules(connection)
        except PgDripError as error:
            if str(error) != self._problem:
                self._tell("schedules", f"cannot be read, the last ones stay: {error}")
            self._problem = str(error)
            return
        self._problem = ""
        self._apply(schedules)

    def _apply(self, schedules: Sequence[Schedule], at_once: Collection[str] | None = None) -> None:
        """Make the scheduler's jobs what the table says; tell what changed, but not what is there from the start."""
        fresh = {schedule.name: schedule for schedule in schedules if schedule.enabled}
        for name in self._schedules.keys() - fresh.keys():
            self._scheduler.remove_job(name)
            self._tell(name, "no longer scheduled")
        for name, schedule in fresh.items():
            former = self._schedules.get(name)
            if former and (former.cron_expression, former.command) == (schedule.cron_expression, schedule.command):
                continue
            first = {"next_run_time": datetime.now(UTC)} if name in (at_once or ()) else {}
            self._scheduler.add_job(
                self._run, make_trigger(schedule), args=[schedule], id=name, replace_existing=True, **first
            )
            if at_once is None:
                self._tell(name, f"scheduled {schedule.cron_expression}")
        self._schedules = fresh

    def _run(self, schedule: Schedule) -> None:
        if self._stopped.is_set():
            return
        started = time.perf_counter()
        try:
            with connect(self._dsn, application_name=f"pg-drip {schedule.name}") as connection:
                with self._lock:
                    self._running.add(connection)
                try:
                    text = _execute(connection, schedule.command)
                finally:
                    with self._lock:
                        self._running.discard(connection)
        except PgDripError as error:
            text = "cancelled" if self._stopped.is_set() else f"failed: {error}"
        self._tell(schedule.name, f"{text} ({time.perf_counter() - started:.2f} s)")

    def _tell_overrun(self, event: Any) -> None:
        if event.job_id != _REFRESH:
            self._tell(event.job_id, "still running")

    def _tell(self, name: str, text: str) -> None:
        self._report(f"{datetime.now(UTC):%H:%M:%S}Z  {name:<16}  {text}")


def _execute(connection: psycopg.Connection[TupleRow], command: str) -> str:
    """Run a schedule's statement; what it came to, in words."""
    try:
        with connection.cursor(row_factory=dict_row) as cursor:
            # A schedule is an operator's own statement, as it is in pg_cron.
            cursor.execute(command.encode())
            row = cursor.fetchone() if cursor.description else None
            done = cursor.statusmessage or ""
    except psycopg.Error as error:
        raise from_database(error) from None
    if row is None:
        return done
    if list(row) == ["p_run_id"]:
        return _describe_sweep(connection, row["p_run_id"])
    if len(row) == 1:
        return _number(next(iter(row.values())))
    return ", ".join(f"{_number(value)} {name.replace('_', ' ')}" for name, value in row.items() if value is not None)


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _describe_sweep(connection: psycopg.Connection[TupleRow], run_id: UUID | None) -> str:
    if run_id is None:
        return "left to another sweep that is at work"
    runs = read_runs(connection, [run_id])
    run = next(run for run in runs if run.id == run_id)
    outcomes = ", ".join(f"{leads:,} {name.replace('_', ' ')}" for name, leads in run.by_outcome.items() if leads)
    text = f"{run.leads_processed:,} leads left" + (f": {outcomes}" if outcomes else "")
    if run.leads_failed:
        text += f"; {run.leads_failed:,} failed"
    return text if run.status == "succeeded" else f"{text}; the run {run.status}"
