"""`pg-drip schedule install | list | enable | disable | set | remove | run`."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

from pg_drip import jobs
from pg_drip.cli.output import make_console, make_table, print_json
from pg_drip.database import connect
from pg_drip.schedules import Clock, list_schedules

if TYPE_CHECKING:
    from pg_drip.jobs import JobRun, ScheduleStatus


@click.group(epilog="\b\nExamples:\n  pg-drip schedule install\n  pg-drip schedule set de-enroll '*/5 * * * *'")
def schedule() -> None:
    """Install, change, list and run the schedules."""


@schedule.command(
    epilog="\b\nExamples:\n  pg-drip schedule install\n  pg-drip schedule install --cron-database postgres"
)
@click.option(
    "--cron-database",
    metavar="DB",
    help="The database with pg_cron, on the same server. Default: where the jobs are, else this one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def install(dsn: str, cron_database: str | None, as_json: bool) -> None:
    """Put the schedules into pg_cron.

    One job for each enabled schedule, by name, so that a second install changes nothing. Creates the extension
    where it is missing and may be created. The jobs run as the role that installs them, which needs drip_cron.
    """
    installation = jobs.install(dsn, cron_database)
    if as_json:
        print_json(installation)
        return
    for name in installation.scheduled:
        click.echo(f"{name}: in effect in pg_cron of database {installation.cron_database}")
    for name in installation.unscheduled:
        click.echo(f"{name}: disabled, so not in pg_cron")


@schedule.command("list", epilog="\b\nExample:\n  pg-drip schedule list --runs 10")
@click.option(
    "--runs",
    type=click.IntRange(0, 1000),
    default=3,
    show_default=True,
    metavar="N",
    help="How many of each one's last runs to show.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_status(dsn: str, runs: int, as_json: bool) -> None:
    """List the schedules, their jobs and last runs."""
    found = jobs.read_status(dsn, runs)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("There is no schedule. pg-drip deploy adds those of the release, if nobody deleted them.")
        return
    table = make_table("schedule", "when (UTC)", "pg_cron", "last runs")
    for one in found:
        past = "\n".join(_describe_run(run) for run in one.runs)
        table.add_row(one.name, one.cron_expression, _describe_job(one), past)
    make_console().print(table)


def _describe_job(status: ScheduleStatus) -> str:
    state = [] if status.enabled else ["disabled"]
    if status.job:
        state.append(
            f"in {status.installed_in} as {status.job.username}" if status.installed_in else "not installed by us"
        )
    elif status.enabled and not status.problem:
        state.append("not installed")
    if status.problem:
        state.append(status.problem)
    return "; ".join(state)


def _describe_run(run: JobRun) -> str:
    started = f"{run.started_at:%Y-%m-%d %H:%M:%S} " if run.started_at else ""
    seconds = f" ({(run.ended_at - run.started_at).total_seconds():.1f} s)" if run.ended_at and run.started_at else ""
    message = f": {run.message}" if run.message and run.status == "failed" else ""
    return f"{started}{run.status}{seconds}{message}"


@schedule.command(epilog="\b\nExample:\n  pg-drip schedule enable purge")
@click.argument("name")
@click.pass_obj
def enable(dsn: str, name: str) -> None:
    """Let a schedule run again, at once where pg_cron has it."""
    click.echo(jobs.enable_schedule(dsn, name))


@schedule.command(epilog="\b\nExample:\n  pg-drip schedule disable purge")
@click.argument("name")
@click.pass_obj
def disable(dsn: str, name: str) -> None:
    """Stop a schedule from running, whatever runs it."""
    click.echo(jobs.disable_schedule(dsn, name))


@schedule.command("set", epilog="\b\nExample:\n  pg-drip schedule set de-enroll '*/5 * * * *'")
@click.argument("name")
@click.argument("cron")
@click.pass_obj
def set_cron(dsn: str, name: str, cron: str) -> None:
    """Set when a schedule runs.

    CRON is one argument, in quotes, of five fields: minute, hour, day of the month, month, day of the week. In UTC.
    """
    click.echo(jobs.set_schedule(dsn, name, cron))


@schedule.command(epilog="\b\nExamples:\n  pg-drip schedule remove\n  pg-drip schedule remove purge")
@click.argument("names", nargs=-1, metavar="[NAMES]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def remove(dsn: str, names: tuple[str, ...], as_json: bool) -> None:
    """Take jobs out of pg_cron: these, or all.

    The schedules stay in the table as they are, and an install brings the jobs back. To stop one for good, disable it.
    """
    removals = jobs.remove(dsn, names)
    if as_json:
        print_json(removals)
        return
    for removal in removals:
        for name in removal.unscheduled:
            click.echo(f"{name}: taken out of pg_cron of database {removal.cron_database}")
    if not removals:
        click.echo("Nothing to remove: no job is installed.")


@schedule.command(epilog="\b\nExample:\n  pg-drip schedule run")
@click.pass_obj
def run(dsn: str) -> None:
    """Run the schedules here, without pg_cron, until Ctrl-C.

    Against any database. Changes of the schedules are noticed while it runs.
    """
    with connect(dsn) as connection:
        found = [one for one in list_schedules(connection) if one.enabled]
    clock = Clock(dsn, click.echo)
    try:
        clock.start()
        for one in found:
            click.echo(f"Schedule    {one.name:<16}  {one.cron_expression:<12}  {one.purpose}")
        click.echo("Stop        Ctrl-C\n")
        threading.Event().wait()
    except KeyboardInterrupt:
        # A second Ctrl-C must not leave a sweep without its end.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        click.echo("\nStopping." if sys.stdout.isatty() else "Stopping.")
    finally:
        clock.stop()
    click.echo("Stopped.")
