"""What does not fit, help, signals and terminals: one line, an exit code, nothing left behind."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import pytest

from pg_drip.cli import cli
from tests.support import data
from tests.support.clusters import Connection, Database
from tests.support.command_line import (
    LEAK,
    NOBODY,
    TIMEOUT,
    figures,
    finish,
    launch,
    pg_drip,
    pg_drip_each,
    refused,
    report_of,
    role,
    statuses,
    succeeded,
)

# ---------------------------------------------------------------- servers, databases and roles that do not fit

ASKING = ("de-enroll --all-clients", "health", "stuck-leads", "clients list")


def test_a_server_that_is_not_there(database15: Database) -> None:
    for command, done in pg_drip_each(database15, *ASKING, PGHOST="/nonexistent").items():
        line = refused(done)
        assert "cannot connect" in line, command
        assert "PGHOST" in line, command
        assert "--dsn" in line, command


def test_a_database_that_is_not_there(database15: Database) -> None:
    for command, done in pg_drip_each(database15, *ASKING, PGDATABASE="nowhere").items():
        assert "createdb nowhere" in refused(done), command


def test_a_dsn_goes_before_the_environment(database15: Database) -> None:
    bad = {"PGHOST": "/nonexistent", "PGDATABASE": "nowhere"}
    assert "No lead is stuck." in succeeded(pg_drip(database15, "--dsn", database15.dsn, "stuck-leads", **bad))


def test_a_database_that_is_not_deployed_yet(bare15: Database) -> None:
    commands = (*ASKING, "clients create Acme", f"de-enroll --client {NOBODY} --jobs 2")
    for command, done in pg_drip_each(bare15, *commands).items():
        assert "pg-drip deploy" in refused(done), command
    with bare15.connect() as connection:
        assert data.value(connection, "select to_regnamespace('drip')") is None


def test_a_role_without_rights_is_refused_and_changes_nothing(database15: Database, db15: Connection) -> None:
    data.make_finished(db15, 3)
    before = data.contents(db15)
    with role(database15.server) as name:
        commands = (*ASKING, "clients create Acme", "stuck-leads --fix", "deploy", "rollback --to 0020", "status")
        done = pg_drip_each(database15, *commands, PGUSER=name)
        unknown = pg_drip(database15, "health", PGUSER=f"{name}_2")
    for command, one in done.items():
        line = refused(one)
        assert "permission denied" in line or "To deploy, be a superuser" in line, command
        assert re.search(r"member of|owner", line), command
    assert "PGUSER" in refused(unknown)
    assert data.contents(db15) == before
    assert data.value(db15, "select count(*) from drip.object_drift") == 0


@pytest.mark.parametrize("membership", ["drip_readonly", "drip_api", "drip_cron"])
def test_a_role_with_few_rights_does_all_or_nothing(database15: Database, db15: Connection, membership: str) -> None:
    client, _ = data.make_finished(db15, 3)
    before = data.contents(db15)
    with role(database15.server, membership) as name:
        for arguments in (["--all-clients"], ["--client", str(client)]):
            done = pg_drip(database15, "de-enroll", *arguments, PGUSER=name)
            if done.returncode == 0:
                assert data.active(db15) == 0
            else:
                assert "permission denied" in refused(done)
                assert data.contents(db15) == before


def test_a_role_that_may_call_and_read_sweeps(database15: Database, db15: Connection) -> None:
    data.make_finished(db15, 3)
    with role(database15.server, "drip_api", "drip_readonly") as name:
        assert figures(succeeded(pg_drip(database15, "de-enroll", "--all-clients", PGUSER=name)))["completed"] == 3
        seen = pg_drip_each(database15, "stuck-leads", "health", "clients create Zeta", PGUSER=name)
    for done in seen.values():
        succeeded(done)


def test_a_role_that_may_read_the_views_reads_them(database15: Database, db15: Connection) -> None:
    data.make_finished(db15, 3)
    with role(database15.server, "drip_readonly") as name:
        seen = pg_drip_each(database15, "clients list", "verify", "health", PGUSER=name)
    assert "Acme" in succeeded(seen["clients list"])
    succeeded(seen["verify"])
    assert "last sweep" in report_of(seen["health"], 1)


def test_a_role_that_may_read_the_views_sees_who_is_stuck(database15: Database, db15: Connection) -> None:
    data.make_finished(db15, 3)
    with role(database15.server, "drip_readonly") as name:
        assert "completed_sequence" in report_of(pg_drip(database15, "stuck-leads", PGUSER=name), 1)


# ---------------------------------------------------------------- help


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[str]:
    yield " ".join(path)
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name))


def test_help_needs_no_server(database15: Database) -> None:
    helps = [f"{command} --help".lstrip() for command in commands(cli)]
    for command, done in pg_drip_each(database15, *helps, PGHOST="/nonexistent").items():
        assert succeeded(done).startswith(f"Usage: pg-drip {command.removesuffix('--help')}".rstrip()), command


# ---------------------------------------------------------------- signals and terminals


def wait_until_held(db15: Connection) -> None:
    """Until a sweep waits for the lock that a test holds."""
    data.wait_until(
        lambda: data.value(
            db15,
            "select exists (select from pg_locks as k where k.locktype = 'advisory' and k.classid = %s "
            "and not k.granted and k.database = (select d.oid from pg_database as d where d.datname = current_database()))",
            data.TEST_LOCK,
        ),
        "the sweep waits",
    )


@pytest.mark.parametrize(
    ("number", "arguments"),
    [
        (signal.SIGINT, "--all-clients --jobs 2"),
        (signal.SIGTERM, "--all-clients"),
        (signal.SIGINT, "--client {} --jobs 2 --json"),
    ],
    ids=["Ctrl-C, all clients", "SIGTERM, all clients", "Ctrl-C, one client"],
)
def test_an_interrupted_sweep_leaves_nothing_behind(
    database15: Database, db15: Connection, number: signal.Signals, arguments: str
) -> None:
    client, leads = data.make_finished(db15, 20)
    data.make_finished(db15, 20, "Zeta")
    with data.hold_exits_of(database15, leads[10]):
        process = launch(database15, ["de-enroll", *arguments.format(client).split(), "--batch-size", "4"])
        wait_until_held(db15)
        process.send_signal(number)
        done = finish(process)
    assert done.returncode == 130
    assert (done.stdout, done.stderr) == ("", "Interrupted.\n")
    ended = statuses(db15)
    assert ended
    assert "running" not in [status for _, status in ended]
    assert data.run_locks(db15) == []
    assert (
        data.value(
            db15,
            "select count(*) from pg_stat_activity where application_name like 'pg-drip%%' and datname = %s",
            database15.name,
        )
        == 0
    )
    assert data.lead(db15, leads[10])["is_active"]
    data.assert_statistics_are_exact(db15)

    data.sweep_all(db15)
    assert data.entries(db15) == {1: 40}


@contextmanager
def on_a_terminal(database: Database, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A command on a pseudo-terminal of its own, and where its screen is read."""
    screen, terminal = pty.openpty()
    environment = database.environment() | {"TERM": "xterm-256color", "COLUMNS": "90", "LINES": "40"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pg_drip", *arguments], stdin=terminal, stdout=terminal, stderr=terminal, env=environment
    )
    os.close(terminal)
    try:
        yield process, screen
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def read_screen(screen: int, until: str = r"\Z(?!)") -> str:
    """What a terminal shows, until this stands there, or the end."""
    shown = b""
    while not re.search(until, shown.decode(errors="replace")):
        assert select.select([screen], [], [], TIMEOUT)[0], shown
        try:
            piece = os.read(screen, 4096)
        except OSError:
            # So Linux says that nobody has the terminal open any more.
            break
        if not piece:
            break
        shown += piece
    return shown.decode(errors="replace")


def test_a_terminal_shows_progress(database15: Database, db15: Connection) -> None:
    _, leads = data.make_finished(db15, 12)
    data.make_finished(db15, 3, "Zeta")
    with (
        data.hold_exits_of(database15, leads[8]) as release,
        on_a_terminal(database15, "de-enroll", "--all-clients", "--batch-size", "4") as (process, screen),
    ):
        # Two batches, and before or after them the other client's.
        shown = read_screen(screen, until=r"(8|11) of \d+ leads, [01] of 2 clients")
        release()
        rest = read_screen(screen)
        assert process.wait(TIMEOUT) == 0
    assert "Sweeping" in shown
    assert "\x1b[" in shown
    assert re.search(r"(8|11) of \d+ leads", shown)
    assert "15 leads left in" in rest
    assert data.active(db15) == 0


def test_ctrl_c_at_a_terminal_ends_with_one_line(database15: Database, db15: Connection) -> None:
    client, leads = data.make_finished(db15, 12)
    with (
        data.hold_exits_of(database15, leads[8]),
        on_a_terminal(database15, "de-enroll", "--client", str(client), "--json") as (process, screen),
    ):
        wait_until_held(db15)
        process.send_signal(signal.SIGINT)
        shown = read_screen(screen)
        assert process.wait(TIMEOUT) == 130
    lines = [line.strip() for line in re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", shown).splitlines()]
    assert [line for line in lines if line][-1] == "Interrupted."
    assert not LEAK.search(shown)
    # The cursor that the bar hid is back.
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")
    assert data.run_locks(db15) == []


def test_a_reader_that_goes_away_is_no_error(database15: Database, db15: Connection) -> None:
    for number in range(3):
        data.make_client(db15, f"Client {number}")
    process = launch(database15, ["clients", "list"])
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    stderr: Any = process.stderr.read()
    process.wait(TIMEOUT)
    process.stderr.close()
    assert not LEAK.search(stderr)
    assert len(stderr.splitlines()) <= 1
