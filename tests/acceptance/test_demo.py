"""`pg-drip demo` and `pg-drip up` as a newcomer types them, and the package as a wheel lays it out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from pg_drip import sample
from pg_drip.deploy import Deployer
from pg_drip.server import LONGEST_SOCKET_FOLDER, Cluster, embedded_binaries
from tests.support import data
from tests.support.clusters import ROOT, Server

TIMEOUT = 60
COUNTERS = (
    "active_leads_count",
    "completed_leads_count",
    "booked_count",
    "opted_out_count",
    "abandoned_count",
    "campaign_deleted_count",
)

Done = subprocess.CompletedProcess[str]


# ---------------------------------------------------------------- how


def environment(**more: str) -> dict[str, str]:
    """This process's, without what leads to a server or changes what is printed."""
    fresh = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "MAKE"))}
    return fresh | more


def pg_drip(*arguments: str | Path, **more: str) -> Done:
    """Run one command."""
    return subprocess.run(
        [sys.executable, "-m", "pg_drip", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(**more),
        timeout=TIMEOUT,
        check=False,
    )


def succeeded(done: Done) -> str:
    """What a command printed that did all it should."""
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "\x1b" not in done.stdout
    return done.stdout


def cluster_in(folder: Path) -> Cluster:
    """The cluster that a command keeps for this folder."""
    return Cluster(embedded_binaries(), folder)


@contextmanager
def temporary(mode: int = 0o755) -> Iterator[Path]:
    """A folder with a short name; mkdtemp's own mode would let the server's user not in."""
    folder = Path(tempfile.mkdtemp(prefix="dd_", dir="/tmp"))
    folder.chmod(mode)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def connected(cluster: Cluster) -> Iterator[psycopg.Connection[Any]]:
    """The demo's database, its server running for so long."""
    cluster.start()
    try:
        with psycopg.connect(cluster.dsn("drip"), autocommit=True) as connection:
            yield connection
    finally:
        cluster.stop()


@contextmanager
def up(folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`pg-drip up` at work, and the file with what it prints."""
    # A shell that runs the tests in the background ignores Ctrl-C, which children inherit; with a handler they do not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.NamedTemporaryFile("w", prefix="dd_up_", dir="/tmp") as printed:
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "pg_drip", "up", "--directory", str(folder), "--port", "0"],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                text=True,
                env=environment(**more),
            )
        finally:
            signal.signal(signal.SIGINT, before)
        try:
            yield process, Path(printed.name)
        finally:
            process.kill()
            process.wait()


def wait_for(process: subprocess.Popen[str], printed: Path, pattern: str) -> re.Match[str]:
    """Wait until it prints a line like this."""
    data.wait_until(
        lambda: re.search(pattern, printed.read_text(), re.MULTILINE) or process.poll() is not None,
        f"up prints {pattern}",
    )
    found = re.search(pattern, printed.read_text(), re.MULTILINE)
    assert found, printed.read_text()
    return found


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the demo is at home, run after run."""
    with temporary() as parent:
        try:
            yield parent / "db"
        finally:
            cluster_in(parent / "db").remove()


@pytest.fixture(scope="module")
def first(folder: Path) -> str:
    """What the first run prints; variables that lead elsewhere are not for it."""
    printed = succeeded(pg_drip("demo", "--directory", folder, PGHOST="/nonexistent", PGDATABASE="nowhere"))
    assert cluster_in(folder).pid() is None
    return printed


# ---------------------------------------------------------------- what is printed


def section(printed: str, heading: str) -> list[str]:
    """The lines under a heading, up to the next empty line."""
    return printed.split(f"\n{heading}\n", 1)[1].split("\n\n", 1)[0].splitlines()


def campaigns(printed: str) -> dict[str, list[tuple[int, int]]]:
    """Each campaign's counters, before and after the sweep."""
    table: dict[str, list[tuple[int, int]]] = {}
    for line in section(printed, "Campaigns: leads before and after the sweep")[2:]:
        parts = re.fullmatch(r"  (\S.*?)(?: {2,}(?:retired|paused))? {2,}((?:[\d,]+(?: → [\d,]+)? *){6})", line)
        if parts:
            pairs = re.findall(r"([\d,]+)(?: → ([\d,]+))?", parts[2])
            table[parts[1]] = [
                (int(before.replace(",", "")), int((after or before).replace(",", ""))) for before, after in pairs
            ]
    return table


def figures(printed: str) -> dict[str, int]:
    """The sweep's summary."""
    found = re.findall(r"^  ([a-z ]+?) +([\d,]+)$", "\n".join(section(printed, "The sweep")), re.MULTILINE)
    return {name: int(number.replace(",", "")) for name, number in found}


def statistics(connection: psycopg.Connection[Any]) -> dict[str, list[int]]:
    """The sample's campaigns by the database."""
    rows = data.rows(
        connection,
        "select * from drip.campaign_statistics where client_id = any (%s)",
        [client.id for client in sample.CLIENTS],
    )
    return {row["name"]: [row[counter] for counter in COUNTERS] for row in rows}


def assert_the_whole_story(printed: str) -> None:
    """Campaigns before and after, the summary, a journey, the health view, and what to type next."""
    table = campaigns(printed)
    assert list(table) == [campaign.name for campaign in sample.CAMPAIGNS]
    left = figures(printed)
    assert left["found"] > 500
    assert left["failed"] == 0
    exits = {
        counter: sum(pairs[column][1] - pairs[column][0] for pairs in table.values())
        for column, counter in enumerate(COUNTERS)
    }
    assert exits["completed_leads_count"] == left["completed"] > 0
    assert exits["booked_count"] == left["booked"] > 0
    assert exits["opted_out_count"] == left["opted out"] > 0
    assert exits["abandoned_count"] == 0
    # Leads of no campaign leave as well, and no campaign counts them.
    assert left["campaign deleted"] - exits["campaign_deleted_count"] == sample.STATES["no_campaign"]
    assert -exits["active_leads_count"] == left["found"] - sample.STATES["no_campaign"]
    assert re.search(rf"^{left['found']} leads left in [\d.]+ s, [\d,]+ leads/s\.$", printed, re.MULTILINE)
    journey = section(printed, "One lead's journey")
    assert [line.split()[-1] for line in journey[2:]] == ["completed", "completed"]
    assert re.search(r"^last sweep +ok +0 ", "\n".join(section(printed, "Health")), re.MULTILINE)


def psql_lines(printed: str) -> list[list[str]]:
    """The psql commands that it says to type."""
    return [shlex.split(line) for line in printed.splitlines() if re.match(r' +\S*psql "', line)]


# ---------------------------------------------------------------- demo


def test_the_demo_tells_the_whole_story(first: str, folder: Path) -> None:
    assert re.match(r"Server      PostgreSQL 18\S* made and started in", first)
    assert "Sample      2 clients, 4 campaigns, 2,000 leads" in first
    assert (
        "Import      14 rows of sample_leads.csv: 12 enrolled, 1 duplicate\n"
        "            line 10 rejected: phone lacks its area code\n"
    ) in first
    assert_the_whole_story(first)
    assert f"pg-drip up --directory {folder}" in first
    assert max(map(len, first.split("\nNext\n")[0].splitlines())) <= 100


def test_what_the_demo_prints_is_in_the_database(first: str, folder: Path) -> None:
    [ask] = psql_lines(first)
    with connected(cluster_in(folder)) as connection:
        assert statistics(connection) == {
            name: [after for _, after in pairs] for name, pairs in campaigns(first).items()
        }
        data.assert_statistics_are_folded(connection)
        processed = data.value(
            connection, "select sum(leads_processed) from drip.de_enrollment_runs where client_id is null"
        )
        assert processed == figures(first)["found"]

        # What it says to try next works as it stands.
        asked = subprocess.run(ask, capture_output=True, text=True, env=environment(), timeout=TIMEOUT, check=True)
        assert "empty_campaign" in asked.stdout
        _, *arguments = shlex.split(next(line for line in first.splitlines() if "leads import leads.csv" in line))
        with temporary() as here:
            (here / "leads.csv").write_text("first_name,phone\nAda,+12025550142\n")
            arguments[arguments.index("leads.csv")] = str(here / "leads.csv")
            assert re.search(r"^  enrolled +1$", succeeded(pg_drip(*arguments)), re.MULTILINE)
        query = "delete from drip.leads where first_name = 'Ada' and phone = '+12025550142' returning campaign_link_id"
        assert sample.WELCOME.id in data.column(connection, query)


def test_a_second_demo_uses_the_same_cluster_and_only_its_own_rows(first: str, folder: Path) -> None:
    cluster = cluster_in(folder)
    made = ((cluster.data / "PG_VERSION").stat().st_ino, identifier(cluster))
    with connected(cluster) as connection:
        client = data.make_client(connection, "Somebody else")
        campaign = data.make_campaign(connection, client)
        data.make_leads(connection, client, campaign, 5, position=1)
        before = rows_of(connection, client)

    second = succeeded(pg_drip("demo", "--directory", folder))

    assert re.match(r"Server      PostgreSQL 18\S* started in", second)
    assert "Deploy      nothing to do" in second
    assert_the_whole_story(second)
    assert cluster.pid() is None
    assert ((cluster.data / "PG_VERSION").stat().st_ino, identifier(cluster)) == made
    with connected(cluster) as connection:
        assert rows_of(connection, client) == before
        assert statistics(connection) == {
            name: [after for _, after in pairs] for name, pairs in campaigns(second).items()
        }
        connection.execute("delete from drip.leads where client_id = %s", (client,))
        connection.execute("delete from drip.campaigns where client_id = %s", (client,))
        connection.execute("delete from drip.clients where id = %s", (client,))


def identifier(cluster: Cluster) -> str:
    """The database system identifier, which initdb wrote into the first eight bytes of pg_control."""
    return (cluster.data / "global" / "pg_control").read_bytes()[:8].hex()


def rows_of(connection: psycopg.Connection[Any], client: UUID) -> list[Any]:
    """Everything of a client."""
    return [
        data.rows(connection, "select * from drip.clients where id = %s", client),
        data.rows(connection, "select * from drip.campaigns where client_id = %s", client),
        data.rows(connection, "select * from drip.leads where client_id = %s order by id", client),
    ]


def test_a_demo_whose_reader_goes_away_stops_its_server(first: str, folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pg_drip", "demo", "--directory", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("Server ")
    process.stdout.close()
    stderr = process.stderr.read()
    process.stderr.close()
    process.wait(TIMEOUT)
    assert "Traceback" not in stderr
    assert cluster_in(folder).pid() is None


# ---------------------------------------------------------------- up


def test_up_serves_until_ctrl_c(first: str, folder: Path) -> None:
    with up(folder, PGHOST="/nonexistent") as (process, printed):
        connect = wait_for(process, printed, r"^Connect     (.*)$")[1]
        # At once, not when the schedule says so.
        wait_for(process, printed, r"^\d\d:\d\d:\d\dZ  de-enroll +[\d,]+ leads left.* \([\d.]+ s\)$")

        query = ["-Atc", "select count(*) from drip.clients"]
        asked = subprocess.run(
            [*shlex.split(connect), *query],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=TIMEOUT,
            check=True,
        )
        assert asked.stdout == "2\n"
        for schedule in ("de-enroll", "fold-statistics", "purge", "reap-runs"):
            assert re.search(rf"^Schedule    {schedule} ", printed.read_text(), re.MULTILINE)

        door = wait_for(process, printed, r"^HTTP        (http://127\.0\.0\.1:\d+)/docs  \(asks for no key;")[1]
        assert httpx.get(f"{door}/readyz").json()["status"] == "ready"
        listed = httpx.get(f"{door}/api/admin/campaigns", params={"clientId": str(sample.DENTAL.id)})
        assert {campaign["clientId"] for campaign in listed.json()["campaigns"]} == {str(sample.DENTAL.id)}

        second = pg_drip("up", "--directory", folder)
        assert (second.returncode, second.stdout) == (1, "")
        [line] = second.stderr.splitlines()
        assert line.startswith(f"Error: another pg-drip is at work in {folder}.")
        # A demo may share its server, and leaves it running.
        assert_the_whole_story(succeeded(pg_drip("demo", "--directory", folder)))
        assert process.poll() is None

        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert printed.read_text().endswith("Stopping.\nStopped.\n")
    assert cluster_in(folder).pid() is None


def test_up_stops_on_sigterm_in_the_middle_of_a_sweep(first: str, folder: Path) -> None:
    cluster = cluster_in(folder)
    with connected(cluster) as connection:
        lead = data.make_lead(connection, sample.DENTAL.id, sample.WELCOME.id)
        connection.execute(
            "create function public.sleep() returns trigger language plpgsql as "
            "$$ begin perform pg_sleep(600); return new; end $$"
        )
        connection.execute(
            "create trigger sleep before update on drip.leads for each row "
            f"when (old.id = '{lead}' and not new.is_active) execute function public.sleep()"
        )
    with up(folder) as (process, printed):
        wait_for(process, printed, "^Connect")
        with psycopg.connect(cluster.dsn("drip"), autocommit=True) as connection:
            asleep = "select exists (select from pg_stat_activity where wait_event = 'PgSleep' and datname = 'drip')"
            data.wait_until(lambda: data.value(connection, asleep), "the sweep is asleep")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0, printed.read_text()
        assert re.search(r"^\S+Z  de-enroll +cancelled ", printed.read_text(), re.MULTILINE)
        assert printed.read_text().endswith("Stopped.\n")
    assert cluster.pid() is None
    with connected(cluster) as connection:
        # Not half out.
        row = data.lead(connection, lead)
        assert (row["is_active"], row["campaign_history"]) == (True, [])
        connection.execute("drop function public.sleep() cascade")
        connection.execute("delete from drip.leads where id = %s", (lead,))


def test_up_takes_over_what_a_killed_one_left_running(first: str, folder: Path) -> None:
    cluster = cluster_in(folder)
    with up(folder, N8N_API_KEY="0123456789abcdef") as (process, printed):
        door = wait_for(process, printed, r"^HTTP        (http\S+)/docs  \(asks for the key of the environment\)$")[1]
        assert httpx.get(f"{door}/api/admin/campaigns").status_code == 401
        assert httpx.get(f"{door}/api/admin/campaigns", headers={"X-API-Key": "0123456789abcdef"}).is_success
        process.kill()
        process.wait(TIMEOUT)
        left = cluster.pid()
        assert left is not None
        with up(folder) as (successor, more):
            wait_for(successor, more, "^Connect")
            assert cluster.pid() == left
            successor.send_signal(signal.SIGTERM)
            assert successor.wait(15) == 0
    assert cluster.pid() is None


# ---------------------------------------------------------------- where


def test_a_path_too_long_for_a_socket_will_do() -> None:
    with temporary() as parent:
        folder = parent / ("long_" * 20) / "db"
        assert len(os.fsencode(folder / "socket")) > LONGEST_SOCKET_FOLDER
        cluster = cluster_in(folder)
        try:
            with up(folder) as (process, printed):
                connect = wait_for(process, printed, r"^Connect     (.*)$")[1]
                # A database without clients gets the sample, and the first sweep takes out who is due.
                wait_for(process, printed, r"^\S+Z  de-enroll +[1-9][\d,]* leads left: ")
                query = ["-Atc", "select count(*) from drip.leads"]
                asked = subprocess.run(
                    [*shlex.split(connect), *query],
                    capture_output=True,
                    text=True,
                    env=environment(),
                    timeout=TIMEOUT,
                    check=True,
                )
                assert asked.stdout == "2000\n"
                assert (folder / "data" / "PG_VERSION").exists()
                process.send_signal(signal.SIGTERM)
                assert process.wait(15) == 0
            assert cluster.pid() is None
        finally:
            cluster.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as somebody else, whom folders can keep out")
def test_a_folder_that_only_root_may_enter_will_do() -> None:
    with temporary(mode=0o700) as parent:
        folder = parent / "db"
        cluster = cluster_in(folder)
        assert not cluster.folder.is_relative_to(parent)
        try:
            printed = succeeded(pg_drip("demo", "--directory", folder))
            assert_the_whole_story(printed)
            # It says where the database lives instead.
            assert str(cluster.folder) in printed
            assert cluster.pid() is None
            assert not folder.exists()
            assert (cluster.data / "PG_VERSION").exists()
            # What it says to type next finds the same database.
            assert f"pg-drip up --directory {folder}" in printed
        finally:
            cluster.remove()


def test_a_file_is_no_folder() -> None:
    with temporary() as parent:
        (parent / "file").write_text("")
        done = pg_drip("demo", "--directory", parent / "file")
        assert (done.returncode, done.stdout) == (2, "")
        [line] = done.stderr.splitlines()
        assert line.startswith("Error: ")
        assert str(parent / "file") in line


def test_a_folder_below_a_file_is_one_line() -> None:
    with temporary() as parent:
        (parent / "file").write_text("")
        done = pg_drip("demo", "--directory", parent / "file" / "db")
        assert (done.returncode, done.stdout) == (1, "")
        [line] = done.stderr.splitlines()
        assert line.endswith("is no folder. Name another.")


# ---------------------------------------------------------------- the wheel


def test_the_package_as_the_wheel_lays_it_out_deploys_by_itself(server15: Server) -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    with temporary() as site:
        for package in wheel["packages"]:
            shutil.copytree(ROOT / package, site / Path(package).name, ignore=shutil.ignore_patterns("__pycache__"))
        for source, target in wheel["force-include"].items():
            shutil.copytree(ROOT / source, site / target)
        with server15.database(template="template0") as database:
            more = database.environment() | {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}

            def run(*arguments: str) -> str:
                return succeeded(
                    subprocess.run(
                        [sys.executable, *arguments],
                        cwd=site,
                        capture_output=True,
                        text=True,
                        env=more,
                        timeout=TIMEOUT,
                        check=False,
                    )
                )

            used = run(
                "-c",
                "from pg_drip.sources import resource_folder; from pg_drip.schedules import read_schedules; "
                "print(resource_folder('sql'), resource_folder('pg_cron'), *[s.name for s in read_schedules()], sep='\\n')",
            ).splitlines()
            names = sorted(path.stem for path in (ROOT / "pg_cron").glob("*.sql"))
            assert used == [str(site / "pg_drip" / "sql"), str(site / "pg_drip" / "pg_cron"), *names]
            assert "Deployed: " in run("-m", "pg_drip", "deploy")
            assert run("-m", "pg_drip", "status").endswith("\nCurrent.\n")
            # The checkout agrees: nothing was left out.
            with Deployer(database.dsn) as deployer:
                assert deployer.status().is_current
