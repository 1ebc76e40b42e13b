"""What tests read as given and then: rows, sweeps, and what became of them."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tests.support.clusters import Connection, Database

T = TypeVar("T")

# A moment that no clock shows, so that a value recorded from it can only come from p_now.
NOON = datetime(2031, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)
NOON_IN_HISTORY = "2031-05-04T12:00:00.250Z"

OUTCOMES = ("completed", "booked", "opted_out", "campaign_deleted")

# The class of the runs' advisory locks, and of those that tests hold.
RUN_LOCK = 20037
TEST_LOCK = 4711

# Guards for a session that must not wait for anybody. No test waits for them to pass.
IMPATIENT = "set lock_timeout = '2s'; set statement_timeout = '60s'"

_phones = itertools.count(2_000_000_000)


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


# ---------------------------------------------------------------- given


def messages(steps: int) -> str:
    """A sequence of this length, as JSON."""
    return json.dumps(
        [{"step": step, "delayMinutes": 60, "text": f"Message {step}", "type": "sms"} for step in range(1, steps + 1)]
    )


def make_client(connection: Connection, name: str = "Acme") -> UUID:
    """A client."""
    return UUID(str(value(connection, "insert into drip.clients (name) values (%s) returning id", name)))


def make_campaign(
    connection: Connection,
    client: UUID,
    name: str = "Welcome",
    *,
    steps: int = 3,
    is_active: bool = True,
    is_paused: bool = False,
) -> UUID:
    """A campaign with so many messages."""
    made = value(
        connection,
        "insert into drip.campaigns (client_id, name, messages, is_active, is_paused) "
        "values (%s, %s, %s::jsonb, %s, %s) returning id",
        client,
        name,
        messages(steps),
        is_active,
        is_paused,
    )
    return UUID(str(made))


def make_leads(
    connection: Connection,
    client: UUID,
    campaign: UUID | None,
    count: int,
    *,
    position: int = 3,
    name: str = "Lead",
    opted_out: bool = False,
    booked_at: datetime | None = None,
) -> list[UUID]:
    """So many active leads, finished in a campaign of three messages unless told otherwise; their ids in order."""
    first = next(_phones)
    for _ in range(count - 1):
        next(_phones)
    rows = connection.execute(
        "insert into drip.leads (client_id, campaign_link_id, first_name, phone, current_message_position, opted_out, "
        "                        booked_at) "
        "select %s, %s, %s || ' ' || n, '+1' || n, %s, %s, %s from generate_series(%s::bigint, %s::bigint) as n "
        "returning id",
        (client, campaign, name, position, opted_out, booked_at, first, first + count - 1),
    ).fetchall()
    return sorted(row[0] for row in rows)


def make_lead(connection: Connection, client: UUID, campaign: UUID | None, **arguments: Any) -> UUID:
    """One lead."""
    return make_leads(connection, client, campaign, 1, **arguments)[0]


def make_finished(db: Connection, count: int, name: str = "Acme") -> tuple[UUID, list[UUID]]:
    """A client with one campaign and so many leads at its end."""
    client = make_client(db, name)
    return client, make_leads(db, client, make_campaign(db, client), count)


def raise_for(connection: Connection, table: str, event: str, condition: str, message: str = "poisoned") -> str:
    """A trigger that raises for some rows of a table; returns its name."""
    name = f"raise_{next(_phones)}"
    connection.execute(
        "create or replace function public.raise_poison() returns trigger language plpgsql as "
        "$$ begin raise exception using message = tg_argv[0], detail = 'phone +15550100'; end $$"
    )
    connection.execute(
        sql.SQL(
            "create trigger {} before {} on {} for each row when ({}) execute function public.raise_poison({})"
        ).format(
            sql.Identifier(name),
            sql.SQL(event),
            sql.SQL(table),
            sql.SQL(condition),
            sql.Literal(message),
        )
    )
    return name


def poison(connection: Connection, lead: UUID, message: str = "poisoned") -> str:
    """Every update of this lead raises; returns the trigger's name."""
    return raise_for(connection, "drip.leads", "update", f"old.id = '{lead}'", message)


def drop_trigger(connection: Connection, name: str, table: str = "drip.leads") -> None:
    """Take a trigger away."""
    connection.execute(sql.SQL("drop trigger {} on {}").format(sql.Identifier(name), sql.SQL(table)))


@contextmanager
def hold_exits_of(database: Database, lead: UUID) -> Iterator[Callable[[], None]]:
    """Whoever takes this lead out waits, in the middle of its batch, until the yielded function is called, or the end."""
    with database.connect() as holder:
        holder.execute(
            "create or replace function public.wait_for_test() returns trigger language plpgsql as "
            f"$$ begin perform pg_catalog.pg_advisory_xact_lock_shared({TEST_LOCK}, 1); return new; end $$"
        )
        holder.execute(
            sql.SQL(
                "create trigger wait_for_test before update on drip.leads for each row "
                "when (old.id = {} and not new.is_active) execute function public.wait_for_test()"
            ).format(sql.Literal(str(lead)))
        )
        holder.execute("select pg_advisory_lock(%s, 1)", (TEST_LOCK,))

        def release() -> None:
            holder.execute("select pg_advisory_unlock_all()")

        try:
            yield release
        finally:
            # A test may have killed the server.
            if not holder.broken:
                with suppress(psycopg.OperationalError):
                    release()


class TakeBackError(Exception):
    """Raised by a test to roll its transaction back."""


@contextmanager
def taken_back(connection: Connection) -> Iterator[None]:
    """A transaction that ends with an error of its client, and so changes nothing."""
    with suppress(TakeBackError), connection.transaction():
        yield
        raise TakeBackError


# ---------------------------------------------------------------- when


def call(connection: Connection, procedure: str, arguments: Mapping[str, object]) -> UUID | None:
    """CALL a procedure with named arguments; the run's id comes back."""
    named = sql.SQL(", ").join(
        sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in arguments
    )
    statement = sql.SQL("call {}({})").format(sql.SQL(procedure), named)
    row = connection.execute(statement, dict(arguments)).fetchone()
    assert row is not None
    run_id: UUID | None = row[0]
    return run_id


def sweep(connection: Connection, client: UUID, **arguments: object) -> UUID | None:
    """One client's sweep by procedure: its run, None when nobody was due."""
    return call(connection, "drip.de_enroll_client", {"p_client_id": client} | arguments)


def sweep_all(connection: Connection, **arguments: object) -> UUID:
    """The fleet's sweep: its run."""
    run_id = call(connection, "drip.de_enroll_all_clients", arguments)
    assert run_id is not None
    return run_id


def drive(connection: Connection, client: UUID, batch_size: int = 1000, now: datetime = NOON) -> UUID:
    """One client's sweep as a caller drives it, with its last pass from the start: its run."""
    run_id = value(connection, "select drip.start_de_enrollment_run(%s, %s, %s)", client, batch_size, now)
    cursor: UUID | None = None
    while True:
        with connection.transaction():
            batch = column(
                connection,
                "select g.id from drip.get_leads_for_de_enrollment(%s, %s, %s, %s) as g",
                client,
                batch_size,
                cursor,
                now,
            )
            if batch:
                connection.execute("select drip.process_de_enrollment_batch(%s, %s, %s)", (run_id, batch, now))
        if not batch and cursor is None:
            break
        cursor = batch[-1] if batch else None
    connection.execute("select drip.finish_de_enrollment_run(%s, %s)", (run_id, now))
    return UUID(str(run_id))


def in_background(action: Callable[[], T]) -> Future[T]:
    """Run it in a thread of its own; the future has its result or its error."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(action())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Look until it is so; fail when it is not so for long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s in vain until {what}")
        time.sleep(0.002)


def wait_until_waiting(connection: Connection, pid: int) -> None:
    """Until this backend waits for a lock."""
    wait_until(
        lambda: value(connection, "select exists (select from pg_locks where pid = %s and not granted)", pid),
        "a session waits for a lock",
    )


def wait_until_gone(connection: Connection, pid: int) -> None:
    """Until this backend is gone."""
    wait_until(
        lambda: not value(connection, "select exists (select from pg_stat_activity where pid = %s)", pid),
        "a backend is gone",
    )


def pid_of(connection: Connection) -> int:
    """The connection's backend."""
    return connection.info.backend_pid


# ---------------------------------------------------------------- then


def value(connection: Connection, query: str, *parameters: object) -> Any:
    """The first column of the first row."""
    row = connection.execute(query, parameters or None).fetchone()
    assert row is not None
    return row[0]


def column(connection: Connection, query: str, *parameters: object) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in connection.execute(query, parameters or None).fetchall()]


def rows(connection: Connection, query: str, *parameters: object) -> list[dict[str, Any]]:
    """All rows by column name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters or None).fetchall()


def lead(connection: Connection, lead_id: UUID) -> dict[str, Any]:
    """A lead's row."""
    return rows(connection, "select * from drip.leads where id = %s", lead_id)[0]


def run(connection: Connection, run_id: UUID | None) -> dict[str, Any]:
    """A run's row."""
    return rows(connection, "select * from drip.de_enrollment_runs where id = %s", run_id)[0]


def figures(connection: Connection, run_id: UUID | None) -> dict[str, int]:
    """A run's counts that are not zero, by short name."""
    row = run(connection, run_id)
    names = ("found", "processed", *OUTCOMES, "skipped", "failed")
    counts = {name: int(row[f"leads_{name}"]) for name in names}
    counts |= {name: int(row[name]) for name in ("batches", "failed_batches")}
    return {name: count for name, count in counts.items() if count}


def child_runs(db: Connection, fleet_run: UUID) -> dict[str, dict[str, Any]]:
    """A fleet run's runs by client's name."""
    found = rows(
        db,
        "select c.name, r.* from drip.de_enrollment_runs as r join drip.clients as c on c.id = r.client_id "
        "where r.fleet_run_id = %s",
        fleet_run,
    )
    return {row["name"]: row for row in found}


def runs(connection: Connection) -> int:
    """How many runs there are."""
    return int(value(connection, "select count(*) from drip.de_enrollment_runs"))


def active(connection: Connection) -> int:
    """How many leads are in a campaign."""
    return int(value(connection, "select count(*) from drip.leads where is_active"))


def entries(connection: Connection) -> dict[int, int]:
    """How many leads have how many history entries."""
    return dict(
        connection.execute(
            "select jsonb_array_length(campaign_history), count(*) from drip.leads group by 1"
        ).fetchall()
    )


def contents(connection: Connection) -> dict[str, tuple[object, ...]]:
    """A digest of every table, to tell whether anything changed."""
    digests: dict[str, tuple[object, ...]] = {}
    for table in (
        "drip.clients",
        "drip.campaigns",
        "drip.leads",
        "drip.de_enrollment_runs",
        "drip.de_enrollment_errors",
        "drip_internal.campaign_stat_deltas",
    ):
        query = f"select count(*), md5(string_agg(t::text, chr(10) order by t::text)) from {table} as t"
        digests[table] = tuple(connection.execute(query).fetchall()[0])
    return digests


def run_locks(connection: Connection) -> list[int]:
    """The backends of this database that hold a run's proof of life."""
    return column(
        connection,
        "select pid from pg_locks where locktype = 'advisory' and classid = %s "
        "and database = (select oid from pg_database where datname = current_database())",
        RUN_LOCK,
    )


# Written here a second time, on purpose: the product's own recount may share the product's errors. One statement, so one
# instant.
_RECOUNT = """
with counted as (
    select l.campaign_link_id as id, 'active' as counter from drip.leads as l
     where l.is_active and l.campaign_link_id is not null
     union all
    select (e.entry ->> 'campaignId')::uuid, e.entry ->> 'outcome'
      from drip.leads as l cross join lateral jsonb_array_elements(l.campaign_history) as e (entry)
)
select s.name, s.active_leads_count, s.completed_leads_count, s.opted_out_count, s.booked_count, s.abandoned_count,
       s.campaign_deleted_count,
       count(n.id) filter (where n.counter = 'active'), count(n.id) filter (where n.counter = 'completed'),
       count(n.id) filter (where n.counter = 'opted_out'), count(n.id) filter (where n.counter = 'booked'),
       count(n.id) filter (where n.counter = 'abandoned'), count(n.id) filter (where n.counter = 'campaign_deleted')
  from drip.campaign_statistics as s left join counted as n on n.id = s.id
 group by s.id, s.name, s.active_leads_count, s.completed_leads_count, s.opted_out_count, s.booked_count,
          s.abandoned_count, s.campaign_deleted_count
"""


def assert_statistics_are_exact(connection: Connection) -> None:
    """At this instant, the view, a recount of our own and the product's recount say the same."""
    for name, *counts in connection.execute(_RECOUNT).fetchall():
        assert counts[:6] == counts[6:], name
    assert rows(connection, "select * from drip.verify_campaign_stats()") == []


def assert_statistics_are_folded(connection: Connection) -> None:
    """Nothing is pending in the ledger, and the columns of drip.campaigns are exact themselves."""
    assert value(connection, "select count(*) from drip_internal.campaign_stat_deltas") == 0
    assert_statistics_are_exact(connection)


def error_of(action: Callable[[], object]) -> psycopg.Error:
    """The database's error that this raises."""
    with pytest.raises(psycopg.Error) as raised:
        action()
    return raised.value
