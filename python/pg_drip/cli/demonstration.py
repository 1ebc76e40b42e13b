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
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=3000,
    show_default=True,
    metavar="N",
    help="Where HTTP is served, on 127.0.0.1. 0: any free one.",
)
def up(directory: Path, port: int) -> None:
    """Run a database, the schedules and the HTTP server until Ctrl-C.

    Starts a PostgreSQL of its own, deploys, runs the schedules, serves HTTP, and stops on Ctrl-C or SIGTERM. Ignores
    --dsn and PG* variables. Loads the sample of the demo when there is no client yet. HTTP asks for the key of
    N8N_API_KEY or AUTOMATION_API_KEY where one is set, and for none otherwise.
    """
    from pg_drip.demo import run_up

    run_up(directory, port)
