"""drip.schedules, its seeding, its commands where there is no pg_cron, and the clock that stands in for pg_cron."""

from __future__ import annotations

import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from pg_drip import schedules
from pg_drip.deploy import Deployer
from pg_drip.schedules import Clock
from tests.support import data
from tests.support.clusters import Connection, Database, Server, running, start
from tests.support.command_line import invoke, launch, pg_drip, pg_drip_each, refused, role, succeeded

NAMES = ["de-enroll", "fold-statistics", "purge", "reap-runs"]


def cron_of(db: Connection, name: str = "de-enroll") -> str:
    return str(data.value(db, "select cron_expression from drip.schedules where name = %s", name))


def table(db: Connection) -> list[tuple[Any, ...]]:
    return db.execute("select s.* from drip.schedules as s order by s.name").fetchall()


# ---------------------------------------------------------------- deploy and rollback


def deploy(database: Database) -> list[str]:
    """What a deploy reports."""
    lines: list[str] = []
    with Deployer(database.dsn) as deployer:
        deployer.deploy(lines.append)
    return lines


def test_a_deploy_seeds_and_keeps_what_a_dba_did(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connect() as db:
        assert data.column(db, "select name from drip.schedules where enabled order by name") == NAMES
        before = table(db)
        assert deploy(database) == []
        assert table(db) == before

        db.execute("select drip.set_schedule('de-enroll', '*/5 * * * *'), drip.disable_schedule('purge')")
        db.execute("delete from drip.schedules where name = 'reap-runs'")
        edited = table(db)
        assert deploy(database) == []
        assert table(db) == edited

        # A later release.
        for name, cron in (
            ("de-enroll", "*/20 * * * *"),
            ("fold-statistics", "*/2 * * * *"),
            ("reap-runs", "* * * * *"),
        ):
            (tmp_path / f"{name}.sql").write_text(f"-- schedule: {cron}\n-- Does it.\nselect 1;\n")
        monkeypatch.setattr(schedules, "resource_folder", lambda _: tmp_path)
        assert deploy(database) == [
            "schedule de-enroll is new or changed",
            "schedule fold-statistics is new or changed",
        ]
        assert db.execute(
            "select name, cron_expression, command, enabled from drip.schedules order by name"
        ).fetchall() == [
            ("de-enroll", "*/5 * * * *", "select 1", True),
            ("fold-statistics", "*/2 * * * *", "select 1", True),
            ("purge", "23 3 * * *", "select * from drip.purge()", False),
        ]


def test_a_rollback_keeps_the_schedules_for_the_next_deploy(database: Database) -> None:
    with database.connect() as db, Deployer(database.dsn) as deployer:
        db.execute("select drip.set_schedule('de-enroll', '*/5 * * * *'), drip.disable_schedule('purge')")
        db.execute("delete from drip.schedules where name = 'reap-runs'")
        before = table(db)
        deployer.rollback("0022")
        assert data.value(db, "select to_regclass('drip.schedules')") is None
        deployer.deploy()
        assert table(db) == before
        assert data.value(db, "select to_regclass('drip_internal.archive_0023_schedules')") is None


# ---------------------------------------------------------------- commands


def test_the_commands_change_the_table(database: Database) -> None:
    with database.connect() as db:
        listed = json.loads(succeeded(pg_drip(database, "schedule", "list", "--json")))
        assert [(one["name"], one["enabled"], one["job"], one["runs"], one["problem"]) for one in listed] == [
            (name, True, None, [], None) for name in NAMES
        ]
        advice = "not in pg_cron: run pg-drip schedule install\n"
        done = invoke(database, ["schedule", "set", "de-enroll", "*/5  * * * MON"], {})
        assert succeeded(done) == f"de-enroll: */5 * * * mon; {advice}"
        assert cron_of(db) == "*/5 * * * mon"
        assert succeeded(invoke(database, ["schedule", "disable", "purge"], {})) == "purge: disabled; in effect\n"
        assert data.column(db, "select name from drip.schedules where not enabled") == ["purge"]
        text = succeeded(invoke(database, ["schedule", "list"], {}))
        assert re.search(r"^de-enroll +\*/5 \* \* \* mon +not installed", text, re.MULTILINE)
        assert re.search(r"^purge +23 3 \* \* \* +disabled", text, re.MULTILINE)
        assert succeeded(invoke(database, ["schedule", "enable", "purge"], {})) == f"purge: enabled; {advice}"
        assert data.column(db, "select name from drip.schedules where not enabled") == []
        nothing = "Nothing to remove: no job is installed.\n"
        assert succeeded(invoke(database, ["schedule", "remove"], {})) == nothing


def test_bad_input_changes_nothing(database15: Database, db15: Connection) -> None:
    before = table(db15)
    expected = {
        ("set", "de-enroll", "never"): "'never' is no cron expression. Give five fields: minute, hour,",
        ("set", "de-enroll", "61 * * * *"): "the minute '61' of the cron expression is not between 0 and 59. Give *,",
        ("set", "de-enroll", "30 seconds"): "'30 seconds' is finer than a minute",
        ("set", "de-enroll", "*/30 * * * * *"): "has 6 fields; one of seconds would be finer than a minute",
        ("set", "de-enroll", "0 0 30 2 *"): "never comes: no such month has such a day. Change the third field",
        ("set", "de-enroll", ""): "a schedule needs a cron expression. Give five fields",
        ("set", "nope", "* * * * *"): "schedule nope is not known. See de-enroll, fold-statistics, purge, reap-runs",
        ("enable", "nope"): "schedule nope is not known.",
        ("disable", "nope"): "schedule nope is not known.",
        ("remove", "purge", "nope"): "schedule nope is not known. See pg-drip schedule list.",
    }
    for arguments, message in expected.items():
        assert message in refused(invoke(database15, ["schedule", *arguments], {})), arguments
    usage = pg_drip_each(database15, "schedule set de-enroll", "schedule enable", "schedule list --runs many")
    for command, done in usage.items():
        assert "--help" in refused(done, 2), command
    assert table(db15) == before


def test_nothing_is_deployed(empty_database: Database) -> None:
    commands = ("schedule list", "schedule install", "schedule remove", "schedule run", "schedule disable purge")
    for command, done in pg_drip_each(empty_database, *commands).items():
        assert "Run pg-drip deploy on this database first." in refused(done), command


# ---------------------------------------------------------------- no pg_cron


def assert_refused(database: Database, *arguments: str, expected: str, **environment: str) -> None:
    """An install is refused with this line, and has left nothing behind."""
    with database.connect() as db:
        before = table(db)
        assert expected in refused(invoke(database, ["schedule", "install", *arguments], environment))
        assert table(db) == before
        assert data.value(db, "select count(*) from pg_extension where extname = 'pg_cron'") == 0


def test_pg_cron_is_missing() -> None:
    with running(18).database() as database:
        expected = (
            "pg_cron is not on this server. Install its package (Debian: postgresql-18-cron), add pg_cron to "
            f"shared_preload_libraries, set cron.database_name = '{database.name}' and restart; or run the schedules "
            "without it: pg-drip schedule run."
        )
        assert_refused(database, expected=expected)


def test_pg_cron_is_not_preloaded() -> None:
    server = start(15, {"shared_preload_libraries": "plpgsql_check"}, suffix="bare")
    try:
        database = Database(server, "drip_template")
        expected = "pg_cron is not in shared_preload_libraries. Add it in postgresql.conf, set cron.database_name ="
        assert_refused(database, expected=expected)
        # Left over from a time when it was.
        with database.connect() as db:
            db.execute("create schema cron")
        assert_refused(database, expected=expected)
    finally:
        server.cluster.remove()


def test_pg_cron_is_in_another_database(database15: Database) -> None:
    expected = (
        f"pg_cron runs in database postgres (cron.database_name), not in {database15.name}. "
        f"Run pg-drip schedule install --cron-database postgres, or set cron.database_name = '{database15.name}'"
    )
    assert_refused(database15, expected=expected)
    assert_refused(database15, "--cron-database", database15.name, expected=expected)
    expected = "pg_cron runs in database postgres (cron.database_name), not in template1."
    assert_refused(database15, "--cron-database", "template1", expected=expected)
    expected = 'pg_cron\'s database nowhere cannot be reached: cannot connect: database "nowhere" does not exist.'
    assert_refused(database15, "--cron-database", "nowhere", expected=expected)


def test_a_role_has_no_rights(server15: Server, database15: Database) -> None:
    with role(server15) as nobody:
        expected = f'permission denied for schema drip_internal. As a superuser: grant drip_cron to "{nobody}"'
        assert_refused(database15, expected=expected, PGUSER=nobody)
    with role(server15, "drip_readonly") as reader:
        expected = (
            f"the jobs would run as role {reader}, which may not do what they do. As a superuser: grant drip_cron to"
        )
        assert_refused(database15, expected=expected, PGUSER=reader)
        assert "not installed" in succeeded(invoke(database15, ["schedule", "list"], {"PGUSER": reader}))
    with role(server15, "drip_cron") as runner:
        for arguments in ([], ["--cron-database", "postgres"]):
            where = arguments[-1] if arguments else database15.name
            expected = (
                f"role {runner} may not create the extension pg_cron in database {where}. As a superuser in it: "
                f'create extension pg_cron; grant usage on schema cron to "{runner}". If pg_cron is in another'
            )
            assert_refused(database15, *arguments, expected=expected, PGUSER=runner)
    with server15.connect() as connection:
        assert data.value(connection, "select count(*) from pg_extension where extname = 'pg_cron'") == 0


# ---------------------------------------------------------------- who runs them


def test_drip_cron_runs_every_schedule(database: Database) -> None:
    with database.connect() as db, role(database.server, "drip_cron") as runner:
        _, [lead] = data.make_finished(db, 1)
        with database.connect(user=runner) as connection:
            for command in data.column(db, "select command from drip.schedules order by name"):
                connection.execute(command)
            assert data.value(connection, "select drip.set_schedule('purge', '@daily')").startswith("purge: 0 0 * * *")
        assert data.lead(db, lead)["is_active"] is False


def test_a_scheduled_sweep_leaves_the_work_to_the_one_before(database: Database) -> None:
    with database.connect() as db, database.connect() as other:
        client, [lead] = data.make_finished(db, 1)
        db.execute(data.IMPATIENT)
        with data.hold_exits_of(database, lead) as release:
            blocked = data.in_background(lambda: data.call(other, "drip.de_enroll_on_schedule", {}))
            data.wait_until_waiting(db, data.pid_of(other))
            before = data.runs(db)
            assert data.call(db, "drip.de_enroll_on_schedule", {}) is None
            assert data.runs(db) == before
            # One by hand is not refused, and does what the blocked one does not.
            second = data.make_lead(db, client, data.make_campaign(db, client, "Second"), position=3)
            by_hand = data.sweep_all(db)
            assert data.figures(db, by_hand)["processed"] == 1
            assert data.lead(db, second)["is_active"] is False
            release()
            run_id = blocked.result(30)
        assert data.figures(db, run_id)["processed"] == 1
        assert data.entries(db) == {1: 2}
        # The turn has been given back.
        assert data.call(db, "drip.de_enroll_on_schedule", {}) is not None
        assert data.value(db, "select count(*) from pg_locks where locktype = 'advisory' and classid = 20039") == 0


def test_a_sweep_that_was_cancelled_keeps_nobody_out(database: Database) -> None:
    with database.connect() as db, database.connect() as other:
        _, [lead] = data.make_finished(db, 1)
        with data.hold_exits_of(database, lead):
            blocked = data.in_background(lambda: data.call(other, "drip.de_enroll_on_schedule", {}))
            data.wait_until_waiting(db, data.pid_of(other))
            db.execute("select pg_cancel_backend(%s)", (data.pid_of(other),))
            assert isinstance(blocked.exception(30), Exception)
        # Its session lives on, and holds the turn's lock.
        assert data.value(db, "select count(*) from pg_locks where locktype = 'advisory' and classid = 20039") == 1
        run_id = data.call(db, "drip.de_enroll_on_schedule", {})
        assert data.figures(db, run_id)["processed"] == 1
        assert data.call(other, "drip.de_enroll_on_schedule", {}) is not None
        assert data.value(db, "select count(*) from pg_locks where locktype = 'advisory' and classid = 20039") == 0


def test_a_scheduled_sweep_has_a_budget_below_its_interval(database15: Database, db15: Connection) -> None:
    """48 of 60 seconds, of which a lead that takes 49 leaves nothing: the clock is moved, not waited for."""
    _, leads = data.make_finished(db15, 3)
    db15.execute("select drip.set_schedule('de-enroll', '* * * * *')")
    # The budget's clock, put ahead by the first lead's exit.
    db15.execute("create table public.ahead (seconds integer)")
    db15.execute("insert into public.ahead values (0)")
    db15.execute(
        "create or replace function drip_internal.is_past(p_deadline timestamptz) returns boolean language plpgsql volatile "
        "security definer set search_path = pg_catalog, pg_temp as "
        "$$ begin return clock_timestamp() + make_interval(secs => (select seconds from public.ahead)) >= p_deadline; end $$"
    )
    db15.execute("grant select on public.ahead to public")
    db15.execute("update public.ahead set seconds = 47")
    first = data.call(db15, "drip.de_enroll_on_schedule", {"p_batch_size": 1})
    assert data.figures(db15, first)["processed"] == 3
    db15.execute("update drip.leads set is_active = true, current_message_position = 3")
    db15.execute("update drip.leads set campaign_link_id = (select id from drip.campaigns limit 1)")
    db15.execute("update public.ahead set seconds = 49")
    second = data.call(db15, "drip.de_enroll_on_schedule", {"p_batch_size": 1})
    assert data.figures(db15, second)["processed"] == 1
    assert len(leads) == 3


# ---------------------------------------------------------------- the clock


class Lines:
    """What a clock reports."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def has(self, pattern: str) -> bool:
        return any(re.search(pattern, line) for line in self.lines)

    def wait_for(self, pattern: str) -> None:
        data.wait_until(lambda: self.has(pattern), f"the clock says {pattern}: {self.lines}")


def test_the_clock_runs_the_table_and_notices_its_changes(database: Database) -> None:
    with database.connect() as db:
        _, leads = data.make_finished(db, 3)
        db.execute(
            "insert into drip.schedules (name, cron_expression, command) values "
            "('failing', '* * * * *', 'select 1 / 0'), ('saying', '* * * * *', 'select 7000 as n, 2 as other_ones'), "
            "('silent', '* * * * *', 'do $$ begin perform 1; end $$')"
        )
        db.execute("select drip.disable_schedule('reap-runs')")
        said = Lines()
        clock = Clock(database.dsn, said.lines.append, refresh_seconds=0.1)
        clock.start(at_once=["de-enroll", "failing", "saying", "silent", "purge", "reap-runs"])
        try:
            said.wait_for(r"de-enroll +3 leads left: 3 completed \(")
            said.wait_for(r"failing +failed: division by zero\. \(")
            said.wait_for(r"saying +7,000 n, 2 other ones \(")
            said.wait_for(r"silent +DO \(")
            said.wait_for(r"purge +0 runs, 0 errors \(")
            assert not said.has("reap-runs")
            assert not any(data.lead(db, lead)["is_active"] for lead in leads)

            db.execute("select drip.enable_schedule('reap-runs'), drip.disable_schedule('failing')")
            said.wait_for(r"reap-runs +scheduled \* \* \* \* \*$")
            said.wait_for(r"failing +no longer scheduled$")
            db.execute("select drip.set_schedule('saying', '1 1 * * *')")
            said.wait_for(r"saying +scheduled 1 1 \* \* \*$")
            db.execute("alter function drip_internal.list_schedules() rename to list_schedules_away")
            said.wait_for(r"schedules +cannot be read, the last ones stay: ")
            db.execute("alter function drip_internal.list_schedules_away() rename to list_schedules")
            db.execute("select drip.set_schedule('saying', '2 1 * * *')")
            said.wait_for(r"saying +scheduled 2 1 \* \* \*$")
            assert sum("cannot be read" in line for line in said.lines) == 1
        finally:
            clock.stop()
        sessions = (
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        data.wait_until(lambda: data.value(db, sessions) == 0, "the clock has no session left")


def test_the_clock_says_what_a_sweep_left_undone(database15: Database, db15: Connection) -> None:
    _, leads = data.make_finished(db15, 3)
    data.poison(db15, leads[1])
    said = Lines()
    clock = Clock(database15.dsn, said.lines.append)
    clock.start(at_once=["de-enroll"])
    try:
        said.wait_for(r"de-enroll +2 leads left: 2 completed; 1 failed; the run partial \(")
    finally:
        clock.stop()


def test_a_clock_leaves_a_sweep_to_another_that_is_at_work(database15: Database, db15: Connection) -> None:
    _, [lead] = data.make_finished(db15, 1)
    said = Lines()
    clocks = [Clock(database15.dsn, said.lines.append) for _ in range(2)]
    with data.hold_exits_of(database15, lead):
        clocks[0].start(at_once=["de-enroll"])
        try:
            asleep = "select exists (select from pg_locks where not granted and classid = %s)"
            data.wait_until(lambda: data.value(db15, asleep, data.TEST_LOCK), "the first clock's sweep waits")
            clocks[1].start(at_once=["de-enroll"])
            said.wait_for(r"de-enroll +left to another sweep that is at work \(")
        finally:
            for clock in clocks:
                clock.stop()
    assert said.has(r"de-enroll +cancelled")
    assert data.lead(db15, lead)["is_active"] is True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_serves_until_it_is_told_to_stop(database15: Database, number: signal.Signals) -> None:
    process = launch(database15, ["schedule", "run"])
    assert process.stdout is not None
    try:
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Stop "):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        assert [line.split()[1] for line in lines[:-1]] == NAMES
        process.send_signal(number)
        rest = process.stdout.read()
        assert process.wait(15) == 0
        assert rest.endswith("Stopping.\nStopped.\n")
    finally:
        process.kill()
        process.communicate()


def test_the_clock_needs_its_library(database15: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("apscheduler.events", "apscheduler.schedulers.background", "apscheduler.triggers.cron"):
        monkeypatch.setitem(sys.modules, name, None)
    line = refused(invoke(database15, ["schedule", "run"], {}))
    assert line == "Error: APScheduler is not installed. Run pip install 'pg-drip[clock]'."
