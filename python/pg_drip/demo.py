"""`pg-drip demo` and `pg-drip up`: an embedded PostgreSQL with everything in it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg
from psycopg import sql

from pg_drip import sample
from pg_drip.cli.leads import print_journey
from pg_drip.cli.output import count, in_words, make_console, make_table, print_health, print_sweep
from pg_drip.database import connect
from pg_drip.deploy import Deployer
from pg_drip.errors import PgDripError
from pg_drip.http.server import BackgroundServer
from pg_drip.http.settings import KEY_VARIABLES, Settings, read_master_key
from pg_drip.imports import import_leads
from pg_drip.models import CampaignStatistics, Stay, fetch, fetch_value
from pg_drip.schedules import Clock, list_schedules
from pg_drip.server import Cluster, embedded_binaries
from pg_drip.sweeps import read_health, sweep_all_clients

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from psycopg.rows import TupleRow
    from rich.console import Console

DATABASE = "drip"
DEFAULT_DIRECTORY = ".pg_drip"
_SETTINGS = {"shared_buffers": "128MB", "max_connections": "50"}
_LEADS = Path(__file__).with_name("sample_leads.csv")
_COUNTERS = {
    "active": "active_leads_count",
    "completed": "completed_leads_count",
    "booked": "booked_count",
    "opted out": "opted_out_count",
    "abandoned": "abandoned_count",
    "deleted": "campaign_deleted_count",
}


def run_demo(directory: Path) -> None:
    """Start the server, deploy, load the sample, import a file, sweep, print what happened, stop the server.

    Args:
        directory: where the database lives; one that is there is used again.

    Raises:
        PgDripError: a step failed; the server is stopped all the same.
    """
    console = make_console()
    with _served(directory, console, share=True) as cluster:
        dsn = cluster.dsn(DATABASE)
        _deploy(cluster, console)
        with connect(dsn) as connection:
            _load(connection, console)
            _import(dsn, console)
            before = _statistics(connection)
            result = sweep_all_clients(dsn)
            _print_heading(console, "Campaigns: leads before and after the sweep")
            _print_statistics(console, before, _statistics(connection))
            _print_heading(console, "The sweep")
            print_sweep(console, result)
            _print_heading(console, "One lead's journey")
            print_journey(console, _journey(connection, sample.JOURNEY_LEAD_ID))
            _print_heading(console, "Health")
            print_health(console, read_health(connection))
        _print_next_steps(console, cluster, directory)


def run_up(directory: Path, port: int) -> None:
    """Start the server, deploy, run the schedules, serve HTTP, and stop it all on Ctrl-C or SIGTERM.

    Args:
        directory: where the database lives; one that is there is used again.
        port: where HTTP is served on 127.0.0.1, with a key where the environment has one; 0: any free one.

    Raises:
        PgDripError: a step failed, another `pg-drip up` is at work in this directory, the port is taken, or the server
            went away.
    """
    settings = Settings(port=port, master_key=read_master_key(), log_level="warning")
    console = make_console()
    with _served(directory, console, share=False) as cluster:
        _deploy(cluster, console)
        with connect(cluster.dsn(DATABASE)) as connection:
            if fetch_value(connection, "select count(*) from drip.clients") == 0:
                _load(connection, console)
            schedules = [schedule for schedule in list_schedules(connection) if schedule.enabled]
        clock = Clock(cluster.dsn(DATABASE), click.echo)
        door: BackgroundServer | None = None
        try:
            door = BackgroundServer(
                replace(settings, dsn=cluster.dsn(DATABASE), without_keys=settings.master_key is None)
            )
            # Whoever reads these lines may send the signal at once: they are told when it is caught.
            for schedule in schedules:
                console.print(f"Schedule    {schedule.name:<16}  {schedule.cron_expression:<12}  {schedule.purpose}")
            console.print(f"Connect     {_psql(cluster)}", soft_wrap=True)
            console.print(f"HTTP        {door.address}/docs  {_key(settings)}", soft_wrap=True)
            console.print("Stop        Ctrl-C\n")
            clock.start(at_once=["de-enroll"])
            while cluster.pid() is not None:
                time.sleep(0.5)
            raise PgDripError("the server stopped by itself.", f"See {cluster.log}.")
        except KeyboardInterrupt:
            _ignore_signals()
            console.print("\nStopping." if sys.stdout.isatty() else "Stopping.")
        finally:
            if door is not None:
                door.stop()
            clock.stop()
    console.print("Stopped.")


def _key(settings: Settings) -> str:
    if settings.master_key is None:
        return f"(asks for no key; set {KEY_VARIABLES[0]} and it does)"
    return "(asks for the key of the environment)"


@contextmanager
def _served(directory: Path, console: Console, *, share: bool) -> Iterator[Cluster]:
    """A running cluster, stopped again on every way out.

    A lock on a file tells whether another process is in charge of the server: then it is left running if we may share
    it, and refused otherwise. What a killed process left running is taken over.
    """
    # What is meant for another server must not reach this one.
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    cluster = Cluster(embedded_binaries(), directory, _SETTINGS)
    cluster.account.own(cluster.folder, 0o755)
    with (cluster.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not (share and cluster.is_running()):
                raise PgDripError(
                    f"another pg-drip is at work in {directory}.", "Stop it first, or give another --directory."
                ) from None
            console.print("Server      the one that pg-drip up keeps running")
            yield cluster
            return
        try:
            _start(cluster, console)
            yield cluster
        finally:
            _ignore_signals()
            cluster.stop()


def _ignore_signals() -> None:
    # A second Ctrl-C must not leave the server running.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _start(cluster: Cluster, console: Console) -> None:
    started = time.perf_counter()
    if cluster.folder != cluster.wanted_folder:
        reason = f"the user {cluster.account.name} cannot enter {cluster.wanted_folder}"
        console.print(f"Folder      {cluster.folder}, since {reason}", soft_wrap=True)
    is_new = not cluster.data.exists()
    cluster.start()
    with connect(cluster.dsn()) as connection:
        version = connection.info.parameter_status("server_version")
        if not fetch_value(connection, "select count(*) from pg_database as d where d.datname = %s", [DATABASE]):
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    what = "made and started" if is_new else "started"
    console.print(f"Server      PostgreSQL {version} {what} in {time.perf_counter() - started:.1f} s", soft_wrap=True)


def _deploy(cluster: Cluster, console: Console) -> None:
    started = time.perf_counter()
    with Deployer(cluster.dsn(DATABASE)) as deployer:
        result = deployer.deploy()
    seconds = time.perf_counter() - started
    if result.applied or result.replayed:
        what = f"{count(len(result.applied), 'migration')}, {count(len(result.replayed), 'view')} and routines"
    else:
        what = "nothing to do, the database is current"
    console.print(f"Deploy      {what} in {seconds:.1f} s")


def _load(connection: psycopg.Connection[TupleRow], console: Console) -> None:
    made = sample.generate()
    sample.load(connection, made)
    console.print(
        f"Sample      {count(len(made.clients), 'client')}, {count(len(made.campaigns), 'campaign')}, "
        f"{count(len(made.leads), 'lead')}"
    )


def _import(dsn: str, console: Console) -> None:
    result = import_leads(
        sample.DENTAL.id,
        _LEADS,
        dsn,
        campaign_id=sample.WELCOME.id,
        mapping=[("Mobile", "phone"), ("Messages sent", "current_message_position"), ("Booked", "booked_at")],
        region="US",
    )
    what = ", ".join(
        f"{number:,} {in_words(name)}"
        for name, number in [*result.by_result.items(), ("duplicate", result.duplicates)]
        if number
    )
    console.print(f"Import      {count(result.read, 'row')} of {_LEADS.name}: {what}")
    for reject in result.rejects:
        console.print(f"            line {reject.line} rejected: {reject.reason}")


def _statistics(connection: psycopg.Connection[TupleRow]) -> dict[UUID, CampaignStatistics]:
    rows = fetch(
        connection,
        CampaignStatistics,
        "select s.* from drip.campaign_statistics as s where s.client_id = any (%s)",
        [[client.id for client in sample.CLIENTS]],
    )
    return {row.id: row for row in rows}


def _journey(connection: psycopg.Connection[TupleRow], lead_id: UUID) -> list[Stay]:
    query = "select j.* from drip.lead_journey as j where j.id = %s order by j.stay"
    return fetch(connection, Stay, query, [lead_id])


# ------------------------------------------------------------------ what is printed


def _print_heading(console: Console, text: str) -> None:
    console.print()
    console.print(text, style="bold")


def _print_statistics(
    console: Console, before: dict[UUID, CampaignStatistics], after: dict[UUID, CampaignStatistics]
) -> None:
    table = make_table("campaign", "", *_COUNTERS, numbers=_COUNTERS)
    for client in sample.CLIENTS:
        table.add_row(client.name, style="italic")
        for campaign in sample.CAMPAIGNS:
            if campaign.client_id == client.id:
                then, now = before[campaign.id], after[campaign.id]
                state = "retired" if not now.is_active else "paused" if now.is_paused else ""
                cells = [_change(getattr(then, name), getattr(now, name)) for name in _COUNTERS.values()]
                table.add_row(f"  {now.name}", state, *cells)
    console.print(table)


def _change(then: int, now: int) -> str:
    return f"{now:,}" if then == now else f"{then:,} → {now:,}"


def _psql(cluster: Cluster) -> str:
    program = "psql" if shutil.which("psql") else cluster.binaries / "psql"
    return f'{program} "{cluster.dsn(DATABASE)}"'


def _own_command() -> str:
    here = Path(sys.executable).with_name("pg-drip")
    return "pg-drip" if shutil.which("pg-drip") or not here.exists() else os.path.relpath(here)


def _print_next_steps(console: Console, cluster: Cluster, directory: Path) -> None:
    # Under make, what the reader types is make.
    is_default = str(directory) == DEFAULT_DIRECTORY
    up = "make up" if "MAKELEVEL" in os.environ and is_default else "pg-drip up"
    if not is_default:
        up += f" --directory {directory}"
    lines: list[tuple[str, Any]] = [
        ("Keep it running, schedules and all", up),
        ("Then, in another shell, ask it", f'{_psql(cluster)} -c "select * from drip.stuck_leads"'),
        (
            "Import leads of your own",
            f'{_own_command()} --dsn "{cluster.dsn(DATABASE)}" leads import leads.csv '
            f"--client {sample.DENTAL.id} --campaign {sample.WELCOME.id}",
        ),
        ("where leads.csv is like", "first_name,phone\\nAda,+12025550142"),
    ]
    _print_heading(console, "Next")
    for what, line in lines:
        console.print(f"  {what}:")
        console.print(f"    {line}", soft_wrap=True)
