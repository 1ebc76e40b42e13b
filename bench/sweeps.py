"""Sweeps: against the limit and the guide's V2 script, at rest, at ten times the work, by two workers, in memory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from bench import v2
from bench.figures import MOST_WRITTEN, Bench, Bound, Figure
from bench.fleet import Fleet, prepare
from bench.timing import Timing, interleave, seconds
from pg_drip.errors import PgDripError

if TYPE_CHECKING:
    from bench.server import Connection, Database

SWEEP = "call drip.de_enroll_all_clients()"
UNTRIGGERED = "alter table drip.leads disable trigger user; alter table drip.campaigns disable trigger user"
NOW = "2025-12-01T00:00:00Z"

# The least that can be done: one pass, every due lead's final row written once, nothing locked, counted or recorded.
ONE_STATEMENT = """
update drip.leads as l
   set is_active = false,
       completed_at = %(now)s,
       updated_at = %(now)s,
       campaign_history = l.campaign_history || jsonb_build_object(
           'campaignId', c.id,
           'campaignName', c.name,
           'enrolledAt', to_char(l.enrolled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'completedAt', to_char(%(now)s at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'messagesReceived', l.current_message_position,
           'outcome', case when l.opted_out then 'opted_out'
                           when l.booked_at is not null then 'booked'
                           else 'completed' end)
  from drip.campaigns as c
 where c.id = l.campaign_link_id and c.client_id = l.client_id and l.is_active
   and (l.opted_out or l.booked_at is not null
        or (c.message_count > 0 and l.current_message_position >= c.message_count))
"""

_DIGEST = "select count(*), sum(hashtextextended(l::text, 0)::numeric) from drip.leads as l"
_MEBIBYTE = 1024 * 1024


def one_statement(bench: Bench) -> list[Figure]:
    """A fleet sweep against the one UPDATE that writes the same rows."""
    template, due = _fleet(bench, Fleet(bench.size.leads))
    digests = set()

    def sweep() -> float:
        with bench.server.copy(template) as database, database.connect() as connection:
            took = seconds(lambda: connection.execute(SWEEP.replace("()", f"(p_now => '{NOW}')")))
            _demand_swept(connection, due)
            demand_counted(connection)
            digests.add(connection.execute(_DIGEST).fetchone())
            return due / took

    def update() -> float:
        with bench.server.copy(template, UNTRIGGERED) as database, database.connect() as connection:
            statement = ONE_STATEMENT.replace("%(now)s", f"timestamptz '{NOW}'")
            # Its fastest plan: the planner's own, an index look-up per campaign, takes a third longer.
            connection.execute("set enable_nestloop = off")
            took = seconds(lambda: connection.execute(statement.encode()))
            digests.add(connection.execute(_DIGEST).fetchone())
            return due / took

    bench.say(f"{due:,} of {bench.size.leads:,} leads: sweep, one UPDATE")
    swept, updated = interleave(bench.size.repeats, sweep, update)
    if len(digests) != 1:
        raise PgDripError("the sweep and the one UPDATE left different rows.", "Compare what they write.")
    return [
        Figure(
            "one-statement",
            "full sweep against the one-statement UPDATE that writes the same final rows, triggers off: leads/s",
            swept.median / updated.median,
            Bound(0.65, is_minimum=True),
            {"sweep": (swept, "leads/s"), "UPDATE": (updated, "leads/s")},
        )
    ]


def against_v2(bench: Bench) -> list[Figure]:
    """A fleet sweep against what the guide's V2 script does."""
    template, due = _fleet(bench, Fleet(bench.size.leads))

    def script() -> float:
        with bench.server.copy(template, UNTRIGGERED) as database:
            left: list[int] = []
            took = seconds(lambda: left.append(v2.de_enroll_all_clients(database.dsn, most=MOST_WRITTEN)))
            if left != [min(due, MOST_WRITTEN)]:
                raise PgDripError(f"the V2 script took {left[0]:,} leads out, not {due:,}.", "Compare the exit rules.")
            return left[0] / took

    bench.say(f"{due:,} of {bench.size.leads:,} leads: sweep, the V2 way")
    swept, scripted = interleave(bench.size.repeats, lambda: due / _sweep_copy(bench, template, due), script)
    return [
        Figure(
            "v2",
            "full sweep against the V2 way (a Python client, row by row, batches of 100): leads/s",
            swept.median / scripted.median,
            Bound(9, "times", is_minimum=True),
            {"sweep": (swept, "leads/s"), "V2": (scripted, "leads/s")},
        )
    ]


def idle(bench: Bench) -> list[Figure]:
    """Fleet sweeps that find nobody, in a fleet and in one three times its size."""
    leads = bench.size.leads
    # A sweep that finds nobody changes no lead, so these need no copies.
    small, large = (bench.server.template(prepare(bench, Fleet(size, 0))) for size in (leads, 3 * leads))
    try:
        bench.say(f"a sweep that finds nothing: {leads:,} leads, {3 * leads:,} leads")
        few, many = interleave(bench.size.repeats, lambda: _rest(bench, small), lambda: _rest(bench, large))
    finally:
        for database in (small, large):
            bench.server.discard(database.name)
    ways = {f"{leads:,} leads": (few, "ms"), f"{3 * leads:,} leads": (many, "ms")}
    return [
        Figure(
            "idle",
            f"a fleet sweep that finds nothing, {leads:,} active leads, vacuumed",
            few.median,
            Bound(10, "ms"),
            {f"{leads:,} leads": (few, "ms")},
        ),
        Figure(
            "idle-growth",
            f"the same at {3 * leads:,} leads: time",
            many.median / few.median,
            Bound(1.3, "times"),
            ways,
        ),
    ]


def _rest(bench: Bench, database: Database) -> float:
    database.settle()
    with database.connect() as connection:
        # Fills catalog caches: what a new session costs any caller is not the sweep's.
        connection.execute(SWEEP)
        taken = [seconds(lambda: connection.execute(SWEEP)) for _ in range(bench.size.idle_calls)]
        _demand_swept(connection, 0)
    return 1000 * Timing(tuple(taken)).median


def everybody_due(bench: Bench) -> list[Figure]:
    """What a lead costs where all of them leave, against where a tenth does."""
    some, some_due = _fleet(bench, Fleet(bench.size.leads))
    everybody, all_due = _fleet(bench, Fleet(bench.size.leads, 1000))
    bench.say(f"sweeps of {some_due:,} and of {all_due:,} due leads")
    few, many = interleave(
        bench.size.repeats,
        lambda: 1_000_000 * _sweep_copy(bench, some, some_due) / some_due,
        lambda: 1_000_000 * _sweep_copy(bench, everybody, all_due) / all_due,
    )
    return [
        Figure(
            "all-due",
            f"cost per lead, {all_due:,} due against {some_due:,} due",
            many.median / few.median,
            Bound(1.25, "times"),
            {f"{all_due:,} due": (many, "µs/lead"), f"{some_due:,} due": (few, "µs/lead")},
        )
    ]


def two_jobs(bench: Bench) -> list[Figure]:
    """`pg-drip de-enroll` with two jobs against one."""
    template, due = _fleet(bench, Fleet(bench.size.leads, clients=2))

    def command(jobs: int) -> float:
        with bench.server.copy(template) as database:
            done = subprocess.run(
                [sys.executable, "-m", "pg_drip", "de-enroll", "--all-clients", "--jobs", str(jobs), "--json"],
                env=database.environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise PgDripError(f"pg-drip de-enroll failed: {done.stderr.strip()}", "Run it by hand.")
            with database.connect() as connection:
                _demand_swept(connection, due)
            return float(json.loads(done.stdout)["seconds"])

    bench.say(f"{due:,} of {bench.size.leads:,} leads of two clients: one job, two jobs")
    one, two = interleave(bench.size.repeats, lambda: command(1), lambda: command(2))
    return [
        Figure(
            "jobs",
            "two jobs against one, two clients: speed",
            one.median / two.median,
            Bound(1.5, "times", is_minimum=True),
            {"one job": (one, "s"), "two jobs": (two, "s")},
        )
    ]


def memory(bench: Bench) -> list[Figure]:
    """How much memory of its own a backend takes for a sweep in which everybody is due."""
    template, due = _fleet(bench, Fleet(bench.size.leads, 1000))

    def sweep() -> float:
        with bench.server.copy(template) as database, database.connect() as connection:
            # Counts what the first statement of any session costs as warm-up, and nothing that a sweep does.
            connection.execute("select count(*) from drip.clients")
            watched = _Watched(connection)
            with watched:
                connection.execute(SWEEP)
            _demand_swept(connection, due)
            return watched.growth / _MEBIBYTE

    bench.say(f"memory of a sweep of {due:,} due leads")
    [grown] = interleave(bench.size.repeats, sweep)
    return [
        Figure(
            "memory",
            f"peak growth of the backend's memory in a sweep of {due:,} due leads, the largest of three",
            max(grown.values),
            Bound(64, "MiB"),
            {"growth": (grown, "MiB")},
        )
    ]


class _Watched:
    """Samples the private memory of a connection's backend, and knows by how much it grew at most."""

    _INTERVAL_SECONDS = 0.002

    def __init__(self, connection: Connection) -> None:
        self._status = Path(f"/proc/{connection.info.backend_pid}/status")
        self._before = self._peak = self._resident()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    @property
    def growth(self) -> int:
        """In bytes."""
        return self._peak - self._before

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._peak = max(self._peak, self._resident())

    def _sample(self) -> None:
        while not self._done.wait(self._INTERVAL_SECONDS):
            self._peak = max(self._peak, self._resident())

    def _resident(self) -> int:
        # Anonymous pages alone: shared buffers are shared memory, whoever touches them first.
        lines = self._status.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def _fleet(bench: Bench, fleet: Fleet) -> tuple[str, int]:
    name = prepare(bench, fleet)
    with bench.server.template(name).connect() as connection:
        row = connection.execute("select count(*) from drip_internal.due_leads").fetchone()
    return name, row[0] if row else 0


def _sweep_copy(bench: Bench, template: str, due: int) -> float:
    with bench.server.copy(template) as database, database.connect() as connection:
        took = seconds(lambda: connection.execute(SWEEP))
        _demand_swept(connection, due)
        return took


def _demand_swept(connection: Connection, due: int) -> None:
    row = connection.execute(
        "select r.status, r.leads_processed from drip.de_enrollment_runs as r where r.client_id is null "
        "order by r.started_at desc limit 1"
    ).fetchone()
    if row != ("succeeded", due):
        raise PgDripError(f"a sweep ended as {row}, not with {due:,} leads.", "See drip.de_enrollment_runs.")


def demand_counted(connection: Connection) -> None:
    """Raise when a counter differs from a recount."""
    if wrong := connection.execute("select v.* from drip.verify_campaign_stats() as v").fetchall():
        raise PgDripError(f"{len(wrong)} counters are wrong.", "See drip.verify_campaign_stats().")
