"""`pg-drip` as a process against a real server: how tests start it, and how they read what it says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

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
