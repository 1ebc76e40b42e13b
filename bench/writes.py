"""What it costs to write leads: inserts by many sessions, positions that advance, drip.enroll_leads."""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.figures import Bench, Bound, Figure
from bench.fleet import Fleet, prepare
from bench.server import BINARIES
from bench.sweeps import UNTRIGGERED, demand_counted
from bench.timing import interleave, seconds
from pg_drip.errors import PgDripError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.server import Connection, Database

CONNECTIONS = 16
# Each minute in production; so often here, so that folds run in a short measurement too, and on both sides.
FOLD_SECONDS = 5
# As many as an import enrolls in one transaction.
ENROLLED_AT_ONCE = 5_000

_CLIENT = "md5('client 0')::uuid"
_CAMPAIGN = "md5('campaign 0')::uuid"

_INSERT_LEAD = f"""
insert into drip.leads (client_id, campaign_link_id, first_name, phone)
values ({_CLIENT}, {_CAMPAIGN}, 'Ann', '+1' || nextval('bench.phones'));
"""
_MAKE_PHONES = "create sequence bench.phones start 5000000000 cache 100;"

_PICK = """
create table bench.picked as
select l.id, l.client_id
  from drip.leads as l
 where l.is_active and not l.opted_out and l.booked_at is null and l.current_message_position < 4
 order by hashtextextended(l.id::text, 0)
 limit {};
"""
_ADVANCE = """
update drip.leads as l
   set current_message_position = l.current_message_position + 1, updated_at = now()
  from bench.picked as p
 where p.id = l.id and p.client_id = l.client_id
"""

_MAKE_PEOPLE = f"""
create table bench.people as
select n / {ENROLLED_AT_ONCE} as batch, 'First' || n % 1000 as first_name, 'Last' || n % 977 as last_name,
       '+1' || 5000000000 + n as phone, 'new' || n || '@example.com' as email, 'America/New_York' as timezone
  from generate_series(0, {{}} - 1) as n;
create table bench.batches as
select p.batch, jsonb_agg(jsonb_build_object('firstName', p.first_name, 'lastName', p.last_name, 'phone', p.phone,
                                             'email', p.email, 'timezone', p.timezone)) as leads
  from bench.people as p
 group by p.batch;
create index on bench.people (batch);
"""
_INSERT_BATCH = f"""
insert into drip.leads (client_id, campaign_link_id, first_name, last_name, phone, email, timezone)
select {_CLIENT}, {_CAMPAIGN}, p.first_name, p.last_name, p.phone, p.email, p.timezone
  from bench.people as p
 where p.batch = %s
"""
_ENROLL_BATCH = f"""
select count(*) filter (where e.result = 'enrolled')
  from drip.enroll_leads({_CLIENT}, {_CAMPAIGN}, (select b.leads from bench.batches as b where b.batch = %s)) as e
"""


def inserts(bench: Bench) -> list[Figure]:
    """Sixteen sessions that insert leads of one campaign, with the statistics triggers and without."""
    template = prepare(bench, Fleet(bench.size.leads))

    def insert(preparation: str) -> float:
        with bench.server.copy(template, _MAKE_PHONES + preparation) as database:
            with _folding(database):
                rate = _pgbench(database, _INSERT_LEAD, bench.size.load_seconds)
            if not preparation:
                with database.connect() as connection:
                    demand_counted(connection)
            return rate

    bench.say(f"{CONNECTIONS} connections inserting leads of one campaign: with triggers, without")
    counted, plain = interleave(bench.size.repeats, lambda: insert(""), lambda: insert(UNTRIGGERED))
    return [
        Figure(
            "insert",
            f"{CONNECTIONS} connections inserting leads of one campaign, with the statistics triggers against without "
            "any: rate",
            counted.median / plain.median,
            Bound(0.8, is_minimum=True),
            {"with": (counted, "leads/s"), "without": (plain, "leads/s")},
        )
    ]


def advance(bench: Bench) -> list[Figure]:
    """One UPDATE that advances the positions of leads here and there, with the triggers and without."""
    template = prepare(bench, Fleet(bench.size.leads))
    positions = bench.size.written

    def update(preparation: str) -> float:
        with (
            bench.server.copy(template, _PICK.format(positions) + preparation) as database,
            database.connect() as connection,
        ):
            cursor = connection.cursor()
            took = seconds(lambda: cursor.execute(_ADVANCE))
            if cursor.rowcount != positions:
                raise PgDripError(f"{cursor.rowcount:,} positions advanced, not {positions:,}.", "See the data.")
            return took

    bench.say(f"advancing {positions:,} positions: with triggers, without")
    counted, plain = interleave(bench.size.repeats, lambda: update(""), lambda: update(UNTRIGGERED))
    return [
        Figure(
            "advance",
            f"advancing {positions:,} positions, with against without the triggers: time",
            counted.median / plain.median,
            Bound(1.1, "times"),
            {"with": (counted, "s"), "without": (plain, "s")},
        )
    ]


def enrollments(bench: Bench) -> list[Figure]:
    """drip.enroll_leads against INSERT … SELECT of the same rows, both counted by the triggers."""
    template = prepare(bench, Fleet(bench.size.leads))
    people = bench.size.written
    batches = range((people - 1) // ENROLLED_AT_ONCE + 1)

    def write(statement: str) -> float:
        with (
            bench.server.copy(template, _MAKE_PEOPLE.format(people)) as database,
            database.connect() as connection,
        ):
            before = _active(connection)
            took = seconds(lambda: [connection.execute(statement.encode(), [batch]) for batch in batches])
            if _active(connection) - before != people:
                raise PgDripError(f"not all of {people:,} people were enrolled.", "See drip.enroll_leads().")
            return people / took

    bench.say(f"{people:,} people: drip.enroll_leads, INSERT")
    enrolled, inserted = interleave(bench.size.repeats, lambda: write(_ENROLL_BATCH), lambda: write(_INSERT_BATCH))
    return [
        Figure(
            "enroll",
            f"enroll_leads against a plain INSERT of the same rows, {ENROLLED_AT_ONCE:,} at once: rate",
            enrolled.median / inserted.median,
            Bound(0.4, is_minimum=True),
            {"enroll_leads": (enrolled, "leads/s"), "INSERT": (inserted, "leads/s")},
        )
    ]


def _pgbench(database: Database, script: str, duration: int) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [
                *(BINARIES / "pgbench", "--no-vacuum", "--protocol", "prepared", "--client", str(CONNECTIONS)),
                *("--jobs", "2", "--time", str(duration), "--file", file.name),
            ],
            env=database.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    rate = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or rate is None:
        raise PgDripError(f"pgbench failed: {done.stderr.strip()[-500:]}", "Run it by hand.")
    return float(rate[1])


@contextmanager
def _folding(database: Database) -> Iterator[None]:
    """The schedule that folds the ledger, beside whatever is measured."""
    done = threading.Event()

    def fold() -> None:
        with database.connect() as connection:
            while not done.wait(FOLD_SECONDS):
                connection.execute("select drip.fold_campaign_stats()")

    with ThreadPoolExecutor(1) as pool:
        folder = pool.submit(fold)
        try:
            yield
        finally:
            done.set()
        folder.result()


def _active(connection: Connection) -> int:
    row = connection.execute("select sum(s.active_leads_count) from drip.campaign_statistics as s").fetchone()
    return int(row[0]) if row else 0
