"""The command `pg-drip`."""

from __future__ import annotations

import signal

import click

from pg_drip.cli import (
    airtable,
    campaigns,
    clients,
    de_enrollment,
    demonstration,
    deployment,
    keys,
    leads,
    schedules,
    serve,
)
from pg_drip.cli.failures import CommandGroup


@click.group(
    cls=CommandGroup,
    epilog="\b\nExample:\n  pg-drip --dsn postgresql://me@db.example.com/drip status",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--dsn",
    default="",
    metavar="DSN",
    help="Connection string or URI. Default: libpq's rules (PG* variables, .pgpass).",
)
@click.version_option(package_name="pg-drip", message="pg-drip %(version)s")
@click.pass_context
def cli(ctx: click.Context, dsn: str) -> None:
    """A drip-campaign engine that lives inside PostgreSQL.

    Exit codes: 0 done, 1 failed or found problems, 2 bad usage, 130 interrupted.
    """
    ctx.obj = dsn


for command in (
    demonstration.demo,
    demonstration.up,
    deployment.deploy,
    deployment.status,
    deployment.verify,
    deployment.rollback,
    deployment.history,
    de_enrollment.de_enroll,
    de_enrollment.stuck_leads,
    de_enrollment.health,
    clients.clients,
    campaigns.campaigns,
    leads.leads,
    schedules.schedule,
    keys.keys,
    serve.serve,
    airtable.airtable,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line and exit: the entry point of the script `pg-drip`."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Ends like Ctrl-C, so that a sweep closes its runs and a server is stopped; nohup stays in force.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    cli.main(prog_name="pg-drip")
