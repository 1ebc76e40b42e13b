"""`pg-drip demo | up`. What they need is imported where it is used: only the extra `demo` installs it."""

from __future__ import annotations

from pathlib import Path

import click

_DIRECTORY = click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".pg_drip"),
    show_default=True,
    metavar="DIR",
    help="Where the database lives; made when missing.",
)


@click.command(epilog="\b\nExample:\n  pg-drip demo --directory my-drip")
@_DIRECTORY
def demo(directory: Path) -> None:
    """See it work: a sweep of 2,000 made-up leads.

    Starts a PostgreSQL of its own, deploys, loads a sample, sweeps, prints the counts, and stops. Ignores --dsn
    and PG* variables. A second run uses the same database and loads the sample anew.
    """
    from pg_drip.demo import run_demo

    run_demo(directory)


@click.command(epilog="\b\nExample:\n  pg-drip up --directory my-drip")
@_DIRECTORY
def up(directory: Path) -> None:
    """Run a database and the schedules until Ctrl-C.

    Starts a PostgreSQL of its own, deploys, runs the schedules, and stops on Ctrl-C or SIGTERM. Ignores --dsn
    and PG* variables. Loads the sample of the demo when there is no client yet.
    """
    from pg_drip.demo import run_up

    run_up(directory)
