"""The schedules in the real pg_cron, on a server of their own: where it lives in the database, and where in another."""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from tests.support import clusters, coverage, data
from tests.support.clusters import Connection, Database, Server
from tests.support.command_line import invoke, pg_drip, refused, role, succeeded

HOME = "drip"
NAMES = ["de-enroll", "fold-statistics", "purge", "reap-runs"]
# A job starts within a minute, and the next run is a minute later; a guard only, no test waits for it to pass.
PATIENCE = 150


@dataclass
class Working:
    """A database whose jobs pg_cron runs while the other tests here go on; what installing them printed."""

    database: Database
    lead: UUID
    printed: str


@dataclass
class CronServer:
    """A server whose pg_cron lives in the database `drip`, home, and has the jobs of another, away, as well.

    One lead is due in each; the exit of the one in `away` takes until `release` is called.
    """

    server: Server
    owner: str
    home: Working
    away: Working
    release: Callable[[], None]

    def cron(self) -> Connection:
        """A connection to the database with pg_cron."""
        return self.server.connect(HOME)


def give_due_lead(database: Database) -> UUID:
    """A lead that is due, beside one that is not."""
    with database.connect() as db:
        client, [lead] = data.make_finished(db, 1)
        data.make_lead(db, client, data.value(db, "select id from drip.campaigns"), position=1)
    return lead


def put_to_work(database: Database, lead: UUID, owner: str) -> Working:
    """Install the schedules, two of them to run each minute instead of every 15 or daily."""
    for name in ("de-enroll", "purge"):
        schedule(database, "set", name, "* * * * *")
    place = [] if database.name == HOME else ["--cron-database", HOME]
    return Working(database, lead, schedule(database, "install", *place, PGUSER=owner))


@pytest.fixture(scope="module")
def cron_server() -> Iterator[CronServer]:
    """Both databases' jobs are installed at the start, so that they work while the other tests go on."""
    folder = f"/tmp/drip_{os.getpid()}_15cron"
    settings = {"cron.host": f"{folder}/socket", "cron.database_name": HOME}
    server = clusters.start(15, settings, suffix="cron")
    try:
        with server.connect() as connection:
            connection.execute(f"create database {HOME} template {clusters.TEMPLATE}")
        home = Database(server, HOME)
        with server.database() as away, role(server, "drip_cron") as owner, server.connect(HOME) as cron:
            cron.execute("create extension pg_cron")
            cron.execute(f"grant usage on schema cron to {owner}")
            cron.execute(f"grant execute on function cron.schedule_in_database to {owner}")
            leads = [give_due_lead(database) for database in (home, away)]
            with data.hold_exits_of(away, leads[1]) as release:
                working = [put_to_work(*pair, owner) for pair in zip((home, away), leads, strict=True)]
                yield CronServer(server, owner, working[0], working[1], release)
            cron.execute("drop extension pg_cron cascade")
            coverage.collect(cron)
    finally:
        server.cluster.remove()


@pytest.fixture
def database(cron_server: CronServer) -> Iterator[Database]:
    """A database of its own, whose pg_cron is in another."""
    with cron_server.server.database() as database:
        try:
            yield database
        finally:
            with cron_server.cron() as connection:
                connection.execute("delete from cron.job where database = %s or jobname ^@ %s", [database.name] * 2)


def jobs(server: CronServer, database: Database) -> dict[str, tuple[object, ...]]:
    """The jobs of a database by their names in the schedule."""
    query = (
        "select coalesce(nullif(split_part(jobname, '/', 2), ''), jobname), schedule, command, database, username, active "
        "from cron.job where database = %(name)s or jobname ^@ %(name)s"
    )
    with server.cron() as connection:
        return {row[0]: row[1:] for row in connection.execute(query, {"name": database.name}).fetchall()}


def schedule(database: Database, *arguments: str, **environment: str) -> str:
    """What `pg-drip schedule` prints."""
    return succeeded(invoke(database, ["schedule", *arguments], environment))


# ---------------------------------------------------------------- the clock starts


def test_a_role_in_drip_cron_installs_its_jobs(cron_server: CronServer) -> None:
    for working in (cron_server.home, cron_server.away):
        printed = [f"{name}: in effect in pg_cron of database {HOME}" for name in NAMES]
        assert working.printed.splitlines() == printed
        with working.database.connect() as db:
            installed = db.execute("select distinct installed_in, installed_by from drip.schedules").fetchall()
        assert installed == [(HOME, cron_server.owner)]
        found = jobs(cron_server, working.database)
        fold = ("* * * * *", "select drip.fold_campaign_stats()", working.database.name, cron_server.owner, True)
        assert found["fold-statistics"] == fold
        assert sorted({*found} - {"purge-job-runs"}) == NAMES


# ---------------------------------------------------------------- in the same database


def test_set_enable_and_disable_take_effect_at_once(cron_server: CronServer) -> None:
    home = cron_server.home.database
    # By the owner, by a superuser in SQL, and by the command line.
    with home.connect(user=cron_server.owner) as db:
        answer = data.value(db, "select drip.set_schedule('reap-runs', '*/2 * * * *')")
        assert answer == "reap-runs: */2 * * * *; in effect"
        assert jobs(cron_server, home)["reap-runs"][0] == "*/2 * * * *"
    with home.connect() as db:
        assert (
            data.value(db, "select drip.set_schedule('reap-runs', '*/3 * * * *')")
            == "reap-runs: */3 * * * *; in effect"
        )
        assert jobs(cron_server, home)["reap-runs"][0] == "*/3 * * * *"
        assert data.value(db, "select drip.disable_schedule('reap-runs')") == "reap-runs: disabled; in effect"
        assert "reap-runs" not in jobs(cron_server, home)
        assert data.value(db, "select drip.set_schedule('reap-runs', '*/4 * * * *')").startswith(
            "reap-runs: */4 * * * * (dis"
        )
        assert "reap-runs" not in jobs(cron_server, home)
    assert schedule(home, "enable", "reap-runs") == "reap-runs: enabled; in effect\n"
    # The job still is who installed it, though a superuser changed it.
    assert jobs(cron_server, home)["reap-runs"] == (
        "*/4 * * * *",
        "select drip.reap_runs()",
        HOME,
        cron_server.owner,
        True,
    )
    schedule(home, "set", "reap-runs", "* * * * *")


def test_what_is_not_in_ones_power_is_said(cron_server: CronServer) -> None:
    home = cron_server.home.database
    with role(cron_server.server, "drip_cron") as other, home.connect(user=other) as db:
        answer = data.value(db, "select drip.set_schedule('reap-runs', '*/2 * * * *')")
        assert answer.endswith(
            f"; its job belongs to role {cron_server.owner}: run pg-drip schedule install as that role"
        )
        assert jobs(cron_server, home)["reap-runs"][0] == "* * * * *"
        listed = json.loads(schedule(home, "list", "--json", PGUSER=other))
        assert {one["problem"] for one in listed} == {"pg_cron is not there, or not for this role"}
        expected = f"the jobs belong to role {cron_server.owner}. Connect as that role or as a superuser"
        assert expected in refused(invoke(home, ["schedule", "install"], {"PGUSER": other}))
        assert expected in refused(invoke(home, ["schedule", "remove"], {"PGUSER": other}))
    with home.connect() as db:
        listed = {one["name"]: one for one in json.loads(schedule(home, "list", "--json"))}
        assert listed["reap-runs"]["problem"] == "the job is not what the table says: run pg-drip schedule install"
        assert "the job is not what the" in schedule(home, "list")
        db.execute("select drip.set_schedule('reap-runs', '* * * * *')")
    with cron_server.cron() as connection:
        connection.execute(f"revoke usage on schema cron from {cron_server.owner}")
        try:
            with home.connect(user=cron_server.owner) as db:
                answer = data.value(db, "select drip.set_schedule('purge', '* * * * *')")
                assert f"role {cron_server.owner} may not use pg_cron: grant usage on schema cron" in answer
                notices: list[str] = []
                db.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
                assert data.rows(db, "select * from drip.purge()") == [{"runs": 0, "errors": 0, "job_runs": None}]
                assert notices == [f"role {cron_server.owner} may not purge cron.job_run_details"]
        finally:
            connection.execute(f"grant usage on schema cron to {cron_server.owner}")


def test_a_second_install_changes_nothing_and_a_superusers_keeps_the_owner(cron_server: CronServer) -> None:
    home = cron_server.home.database
    query = "select jobid, jobname, schedule, command, username from cron.job where database = 'drip' order by 1"
    with cron_server.cron() as connection:
        before = connection.execute(query).fetchall()
        schedule(home, "install", PGUSER=cron_server.owner)
        schedule(home, "install")
        assert connection.execute(query).fetchall() == before
        # Put to sleep by hand: an install wakes it.
        connection.execute("update cron.job set active = false where database = 'drip' and jobname = 'reap-runs'")
        schedule(home, "install")
        assert jobs(cron_server, home)["reap-runs"][-1] is True


def test_anothers_job_is_not_overwritten(cron_server: CronServer) -> None:
    home = cron_server.home.database
    with home.connect() as db:
        db.execute(
            "insert into drip.schedules (name, cron_expression, command) values ('vacuum', '1 1 * * *', 'vacuum')"
        )
        before = db.execute("select * from drip.schedules order by name").fetchall()
        db.execute("select cron.schedule('vacuum', '2 2 * * *', 'vacuum pg_class')")
        line = refused(invoke(home, ["schedule", "install"], {}))
        assert line.startswith("Error: pg_cron has another job named vacuum: vacuum pg_class. Give it another name:")
        assert db.execute("select * from drip.schedules order by name").fetchall() == before
        assert jobs(cron_server, home)["vacuum"][:2] == ("2 2 * * *", "vacuum pg_class")
        db.execute("select cron.unschedule('vacuum')")
        assert "vacuum: in effect in pg_cron of database drip\n" in schedule(home, "install")
        assert jobs(cron_server, home)["vacuum"][:2] == ("1 1 * * *", "vacuum")
        assert schedule(home, "remove", "vacuum") == "vacuum: taken out of pg_cron of database drip\n"
        assert "vacuum" not in jobs(cron_server, home)
        db.execute("delete from drip.schedules where name = 'vacuum'")


def test_purge_deletes_old_details_of_its_own_jobs(cron_server: CronServer) -> None:
    with cron_server.cron() as db:
        job_id = data.value(db, "select jobid from cron.job where jobname = 'reap-runs' and database = 'drip'")
        db.execute(
            "insert into cron.job_run_details (jobid, runid, database, username, command, status, start_time, end_time) "
            "select %(job)s, 1000000 + n, d, 'postgres', c, s, now() - a::interval, now() - a::interval "
            "  from (values (1, 'drip', 'former command', 'succeeded', '31 days'), (2, 'drip', 'former command', 'failed', '31 days'), "
            "               (3, 'drip', 'former command', 'succeeded', '29 days'), (4, 'drip', 'former command', 'running', '31 days'), "
            "               (5, 'other', 'former command', 'succeeded', '31 days')) as v (n, d, c, s, a) "
            "union all select 99999999, 1000006, 'drip', 'postgres', 'vacuum', 'succeeded', now() - interval '31 days', now() - interval '31 days' "
            "union all select 99999999, 1000007, 'drip', 'postgres', 'select drip.reap_runs()', 'succeeded', "
            "                 now() - interval '31 days', now() - interval '31 days' "
            "union all select %(job)s, 1000000, 'drip', 'postgres', 'former command', 'failed', null, null",
            {"job": job_id},
        )
        try:
            db.execute("begin")
            assert data.value(db, "select job_runs from drip.purge()") == 4
            left = data.column(db, "select runid - 1000000 from cron.job_run_details where runid >= 1000000 order by 1")
            assert left == [3, 4, 5, 6]
            db.execute("rollback")
            # Which the owner sees of it are its own: none of these.
            with cron_server.home.database.connect(user=cron_server.owner) as own:
                assert data.value(own, "select job_runs from drip.purge()") == 0
        finally:
            db.execute("delete from cron.job_run_details where runid >= 1000000")


# ---------------------------------------------------------------- from another database


def test_jobs_of_several_databases_stay_apart(cron_server: CronServer, database: Database) -> None:
    assert "not installed" in schedule(database, "list")
    printed = schedule(database, "install", "--cron-database", HOME, "--json")
    assert json.loads(printed) == {"cronDatabase": HOME, "scheduled": NAMES, "unscheduled": []}
    found = jobs(cron_server, database)
    assert sorted(found) == sorted([*NAMES, "purge-job-runs"])
    assert {name: (job[0], job[2]) for name, job in found.items() if name != "purge-job-runs"} == {
        "de-enroll": ("*/15 * * * *", database.name),
        "fold-statistics": ("* * * * *", database.name),
        "purge": ("23 3 * * *", database.name),
        "reap-runs": ("* * * * *", database.name),
    }
    # pg_cron's own records are in its database, and so is the job that purges them.
    assert (found["purge-job-runs"][0], found["purge-job-runs"][2]) == ("23 3 * * *", HOME)
    assert sorted(jobs(cron_server, cron_server.away.database)) == sorted([*NAMES, "purge-job-runs"])

    # What follows knows where they are.
    text = schedule(database, "set", "de-enroll", "*/5 * * * *")
    assert text == f"de-enroll: */5 * * * *; in effect in pg_cron of database {HOME}\n"
    assert jobs(cron_server, database)["de-enroll"][0] == "*/5 * * * *"
    with database.connect() as db:
        answer = data.value(db, "select drip.set_schedule('de-enroll', '*/6 * * * *')")
        assert answer.endswith(f"run pg-drip schedule install --cron-database {HOME}")
        listed = {one["name"]: one for one in json.loads(schedule(database, "list", "--json"))}
        assert "not what the table says" in listed["de-enroll"]["problem"]
        assert [listed[name]["problem"] for name in NAMES[1:]] == [None, None, None]
        schedule(database, "install")
        assert jobs(cron_server, database)["de-enroll"][0] == "*/6 * * * *"

    assert schedule(database, "disable", "purge") == f"purge: disabled; in effect in pg_cron of database {HOME}\n"
    assert sorted(jobs(cron_server, database)) == sorted(set(NAMES) - {"purge"})
    assert schedule(database, "enable", "purge") == f"purge: enabled; in effect in pg_cron of database {HOME}\n"
    assert sorted(jobs(cron_server, database)) == sorted([*NAMES, "purge-job-runs"])

    removed = schedule(database, "remove")
    assert removed.splitlines() == [f"{name}: taken out of pg_cron of database {HOME}" for name in NAMES]
    assert jobs(cron_server, database) == {}
    with database.connect() as db:
        assert data.column(db, "select distinct installed_in from drip.schedules") == [None]
        assert data.column(db, "select name from drip.schedules where enabled order by 1") == NAMES
    assert len(jobs(cron_server, cron_server.away.database)) == 5


def test_the_purge_of_another_databases_details_is_its_own(cron_server: CronServer, database: Database) -> None:
    with database.connect() as db:
        db.execute(sql.SQL("alter database {} set drip.purge_after = '90 days'").format(sql.Identifier(database.name)))
    schedule(database, "install", "--cron-database", HOME)
    command = jobs(cron_server, database)["purge-job-runs"][1]
    assert isinstance(command, str)
    with cron_server.cron() as db:
        ids: dict[str, int] = dict(
            db.execute(
                "select jobname, jobid from cron.job where jobname in (%s, 'reap-runs')", [f"{database.name}/purge"]
            ).fetchall()
        )
        db.execute(
            "insert into cron.job_run_details (jobid, runid, database, username, command, status, start_time, end_time) "
            "select j, 2000000 + n, 'x', 'postgres', 'x', 'succeeded', now() - a::interval, now() - a::interval "
            "  from (values (1, %(own)s, '91 days'), (2, %(own)s, '89 days'), (3, %(other)s, '91 days')) as v (n, j, a)",
            {"own": ids[f"{database.name}/purge"], "other": ids["reap-runs"]},
        )
        assert db.execute(command.encode()).rowcount == 1
        assert data.column(db, "select runid - 2000000 from cron.job_run_details where runid > 2000000 order by 1") == [
            2,
            3,
        ]
        db.execute("delete from cron.job_run_details where runid > 2000000")


def test_a_database_with_a_long_name_has_jobs_too(cron_server: CronServer) -> None:
    names = ["x" * 62 + end for end in "ab"]
    with cron_server.server.connect() as connection:
        try:
            for name in names:
                connection.execute(f"create database {name} template {clusters.TEMPLATE}")
                schedule(Database(cron_server.server, name), "install", "--cron-database", HOME)
            with cron_server.cron() as cron:
                query = "select count(distinct jobname) from cron.job where database = any (%s)"
                assert data.value(cron, query, names) == 8
            for name in names:
                listed = json.loads(schedule(Database(cron_server.server, name), "list", "--json"))
                assert [one["problem"] for one in listed] == [None] * 4
                assert all(one["job"] for one in listed)
        finally:
            with cron_server.cron() as cron:
                cron.execute("delete from cron.job where database ^@ 'xxx' or jobname ~ '^[0-9a-f]{16}/'")
            for name in names:
                connection.execute(f"drop database if exists {name} with (force)")


def test_rights_are_missing_in_pg_crons_database(cron_server: CronServer, database: Database) -> None:
    def line(user: str) -> str:
        return refused(invoke(database, ["schedule", "install", "--cron-database", HOME], {"PGUSER": user}))

    with role(cron_server.server, "drip_cron") as runner, cron_server.cron() as cron:
        expected = f"role {runner} may not use pg_cron in database {HOME}. As a superuser in it: "
        usage = f'grant usage on schema cron to "{runner}";'
        execute = f'grant execute on function cron.schedule_in_database to "{runner}";'
        assert f"{expected}{usage} {execute}" in line(runner)
        cron.execute(usage)
        assert line(runner).endswith(f"{expected}{execute}")
        assert jobs(cron_server, database) == {}
        with database.connect() as db:
            assert data.column(db, "select distinct installed_in from drip.schedules") == [None]
        # What it is told to do helps.
        cron.execute(execute)
        try:
            schedule(database, "install", "--cron-database", HOME, PGUSER=runner)
            assert {job[3] for job in jobs(cron_server, database).values()} == {runner}
            schedule(database, "remove", PGUSER=runner)
            assert jobs(cron_server, database) == {}
        finally:
            cron.execute(f"drop owned by {runner}")


def test_an_install_that_fails_in_the_middle_changes_nothing(cron_server: CronServer, database: Database) -> None:
    with cron_server.cron() as cron:
        cron.execute(
            "create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$"
        )
        cron.execute(
            "create trigger refuse before insert on cron.job for each row "
            "when (new.jobname like '%/reap-runs') execute function public.refuse()"
        )
        try:
            assert "refused" in refused(invoke(database, ["schedule", "install", "--cron-database", HOME], {}))
        finally:
            cron.execute("drop function public.refuse() cascade")
    assert jobs(cron_server, database) == {}
    with database.connect() as db:
        assert data.column(db, "select distinct installed_in from drip.schedules") == [None]


# ---------------------------------------------------------------- what is taken, pg_cron takes


def plain_form(db: Connection, expression: str) -> str | None:
    """The cron expression as it is stored, or None when it is refused."""
    try:
        return str(data.value(db, "select (drip_internal.parse_cron(%s)).expression", expression))
    except psycopg.Error as error:
        if error.sqlstate != "DR012":
            raise
        return None


def test_pg_cron_takes_every_expression_that_is_taken_here(cron_server: CronServer) -> None:
    """Random ones, good and bad: what passes here is not refused there."""
    source = random.Random(20_037)
    good = ["*", "*/5", "*/2", "1", "7", "12", "1-5", "2-10/3", "1,2", "8-9/1", "07"]
    bad = ["0", "31", "59", "5-1", "jan", "mon-fri", "sun", "x", "1,", "*/70", "1-"]
    outcomes = {True: 0, False: 0}
    with cron_server.cron() as db:
        for _ in range(2000):
            expression = " ".join(source.choice(good if source.random() < 0.8 else bad) for _ in range(5))
            plain = plain_form(db, expression)
            outcomes[plain is not None] += 1
            if plain is not None:
                with data.taken_back(db):
                    db.execute("select cron.schedule('try', %s, 'select 1')", [plain])
    assert min(outcomes.values()) > 300


# ---------------------------------------------------------------- the clock has worked


def details(server: CronServer, database: Database, name: str) -> list[dict[str, Any]]:
    """The runs of a job, in order."""
    with server.cron() as db:
        return data.rows(
            db,
            "select d.status, d.return_message, d.start_time, d.end_time, d.job_pid from cron.job_run_details as d "
            "  join cron.job as j on j.jobid = d.jobid "
            " where j.database = %s and j.jobname in (%s, %s || '/' || %s) order by d.runid",
            database.name,
            name,
            database.name,
            name,
        )


def ended(server: CronServer, database: Database, name: str) -> int:
    """How many runs of a job have ended well."""
    return sum(run["status"] == "succeeded" for run in details(server, database, name))


def test_pg_cron_takes_leads_out(cron_server: CronServer) -> None:
    home = cron_server.home.database
    with home.connect() as db:
        data.wait_until(lambda: not data.lead(db, cron_server.home.lead)["is_active"], "the lead has left", PATIENCE)
        for name in NAMES:
            data.wait_until(partial(ended, cron_server, home, name), f"{name} has run", PATIENCE)
            assert {run["status"] for run in details(cron_server, home, name)} <= {"succeeded", "running", "starting"}
        assert data.entries(db) == {0: 1, 1: 1}
        data.assert_statistics_are_exact(db)
        listed = {one["name"]: one for one in json.loads(succeeded(pg_drip(home, "schedule", "list", "--json")))}
        assert [run["status"] for run in listed["de-enroll"]["runs"]][-1] == "succeeded"
        assert "succeeded (" in schedule(home, "list", PGUSER=cron_server.owner)

        # One that fails is shown with its reason, and not with the error's DETAIL.
        db.execute(
            "create function public.fail() returns void language plpgsql as "
            "$$ begin raise exception 'it failed' using detail = 'phone +15550100'; end $$"
        )
        db.execute("update drip.schedules set command = 'select public.fail()' where name = 'reap-runs'")
        schedule(home, "install")


def test_a_job_that_outlives_its_interval_does_not_pile_up(cron_server: CronServer) -> None:
    away = cron_server.away.database
    with away.connect() as db:

        def waiting() -> list[int]:
            query = "select pid from pg_locks where not granted and locktype = 'advisory' and classid = %s"
            return data.column(db, query, data.TEST_LOCK)

        data.wait_until(waiting, "a scheduled sweep is in the middle of its work", PATIENCE)
        [pid] = waiting()
        [started] = [run["start_time"] for run in details(cron_server, away, "de-enroll")]
        minute = started.replace(second=0, microsecond=0)

        def has_next_minute_begun() -> bool:
            others = details(cron_server, away, "fold-statistics")
            return any(run["end_time"] and run["start_time"] >= minute + data.minutes(1) for run in others)

        data.wait_until(has_next_minute_begun, "the next run is missed, and the other jobs go on", PATIENCE)
        assert waiting() == [pid]
        running = [run["job_pid"] for run in details(cron_server, away, "de-enroll") if run["status"] == "running"]
        assert running == [pid]
        assert data.column(db, "select status from drip.de_enrollment_runs where client_id is null") == ["running"]
        # Another clock's sweep of the same schedule does not pile up either.
        db.execute(data.IMPATIENT)
        assert data.call(db, "drip.de_enroll_on_schedule", {}) is None

        cron_server.release()
        data.wait_until(lambda: not data.lead(db, cron_server.away.lead)["is_active"], "the lead has left")
        data.wait_until(lambda: ended(cron_server, away, "de-enroll") >= 2, "the missed run has come", PATIENCE)
        times = [(run["start_time"], run["end_time"]) for run in details(cron_server, away, "de-enroll")]
        for (_, end), (start, _) in itertools.pairwise(pair for pair in times if pair[0]):
            assert end <= start
        assert data.entries(db) == {0: 1, 1: 1}
        assert data.value(db, "select count(*) from pg_locks where locktype = 'advisory' and classid = 20039") == 0
        data.assert_statistics_are_exact(db)


def test_a_failed_run_shows_its_reason_and_no_detail(cron_server: CronServer) -> None:
    home = cron_server.home.database
    data.wait_until(
        lambda: any(run["status"] == "failed" for run in details(cron_server, home, "reap-runs")),
        "it has failed",
        PATIENCE,
    )
    [failed] = [run for run in details(cron_server, home, "reap-runs") if run["status"] == "failed"][:1]
    assert "+15550100" in str(failed["return_message"])
    printed = schedule(home, "list", "--json") + schedule(home, "list")
    assert "it failed" in printed
    assert "+15550100" not in printed
