"""`pg-drip de-enroll | stuck-leads | health`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pg_drip.cli.output import (
    count,
    make_console,
    print_health,
    print_json,
    print_stuck_leads,
    print_sweep,
    sweep_progress,
)
from pg_drip.database import connect
from pg_drip.models import StuckReport, SweepResult, fetch_value
from pg_drip.sweeps import (
    DEFAULT_BATCH_SIZE,
    count_stuck_leads,
    read_health,
    report_stuck_leads,
    sweep_all_clients,
    sweep_client,
)

if TYPE_CHECKING:
    from uuid import UUID

_SHOWN_ERRORS = 20


@click.command(
    "de-enroll",
    epilog="\b\nExamples:\n"
    "  pg-drip de-enroll --all-clients --dry-run\n"
    "  pg-drip de-enroll --all-clients --jobs 4 --json",
)
@click.option("--all-clients", is_flag=True, help="Sweep every client that has somebody due.")
@click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Sweep this client.")
@click.option(
    "--batch-size",
    type=click.IntRange(1, 10_000),
    default=DEFAULT_BATCH_SIZE,
    show_default=True,
    metavar="N",
    help="Leads per transaction.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Clients swept at the same time; with --client, workers that share its leads.",
)
@click.option("--dry-run", is_flag=True, help="Count who would leave, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def de_enroll(
    ctx: click.Context,
    all_clients: bool,
    client_id: UUID | None,
    batch_size: int,
    jobs: int,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Sweep: who is done leaves the campaign.

    Takes leads that finished, booked, opted out or lost their campaign out of it, and counts them. Exits with 1
    when a lead or a client failed; the others left all the same.
    """
    if all_clients == (client_id is not None):
        raise click.UsageError("Give either --all-clients or --client ID.")
    if dry_run:
        with connect(ctx.obj) as connection:
            due = [row for row in report_stuck_leads(connection, client_id) if row.outcome is not None]
            # Without those that failed and pause, which the report has too.
            query = "select coalesce(sum(d.leads), 0)::bigint from drip.count_due_leads(%s) as d"
            found = fetch_value(connection, query, [client_id])
        _print_due(due, found, as_json=as_json)
        return
    with sweep_progress() as watcher:
        if client_id is None:
            result = sweep_all_clients(ctx.obj, batch_size=batch_size, jobs=jobs, watcher=watcher)
        else:
            result = sweep_client(client_id, ctx.obj, batch_size=batch_size, jobs=jobs, watcher=watcher)
    if as_json:
        print_json(result)
    else:
        print_sweep(make_console(), result)
    _print_problems(result)
    ctx.exit(0 if result.success else 1)


def _print_due(due: list[StuckReport], found: int, *, as_json: bool) -> None:
    if as_json:
        leads: dict[tuple[str, str], int] = {}
        for row in due:
            key = (row.reason, row.outcome or "")
            leads[key] = leads.get(key, 0) + row.leads
        by_reason = [{"reason": reason, "outcome": outcome, "leads": n} for (reason, outcome), n in leads.items()]
        print_json({"dryRun": True, "found": found, "byReason": by_reason})
        return
    if due:
        print_stuck_leads(make_console(), due, with_fixed=False)
    click.echo(f"{count(found, 'lead')} would leave. Nothing was changed.")


def _print_problems(result: SweepResult) -> None:
    for error in result.errors[:_SHOWN_ERRORS]:
        where = f"client {error.client_id}: " if error.client_id else ""
        click.echo(f"Error: {where}{' '.join(error.message.split())}", err=True)
    if len(result.errors) > _SHOWN_ERRORS:
        click.echo(f"Error: and {len(result.errors) - _SHOWN_ERRORS} more.", err=True)
    if result.failed:
        click.echo(
            f"Error: {count(result.failed, 'lead')} could not leave. See drip.de_enrollment_errors; "
            "when the cause is mended, pg-drip stuck-leads --fix.",
            err=True,
        )


@click.command(
    "stuck-leads", epilog="\b\nExamples:\n  pg-drip stuck-leads\n  pg-drip stuck-leads --fix && echo nobody is stuck"
)
@click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Only this client.")
@click.option("--fix", is_flag=True, help="Take out every lead that has an outcome.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def stuck_leads(ctx: click.Context, client_id: UUID | None, fix: bool, as_json: bool) -> None:
    """Report leads that should have left.

    By the reason why they are still in their campaign.

    Exits with 1 when stuck leads remain.
    """
    with connect(ctx.obj) as connection:
        report = report_stuck_leads(connection, client_id, fix=fix)
        remaining = count_stuck_leads(connection, client_id)
    if as_json:
        print_json({"remaining": remaining, "report": [row.model_dump(mode="json", by_alias=True) for row in report]})
    else:
        if report:
            print_stuck_leads(make_console(), report, with_fixed=fix)
        if remaining == 0:
            click.echo("No lead is stuck.")
        elif fix:
            click.echo(f"Still stuck: {count(remaining, 'lead')}. See drip.stuck_leads for each one.")
        else:
            click.echo(f"{count(remaining, 'lead')} stuck. See drip.stuck_leads for each one, or give --fix.")
    ctx.exit(1 if remaining else 0)


@click.command(epilog="\b\nExample:\n  pg-drip health || echo somebody should look")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def health(ctx: click.Context, as_json: bool) -> None:
    """Check that sweeps run and nobody is stuck.

    Prints the view drip.de_enrollment_health, and exits with 1 when a check is not ok.
    """
    with connect(ctx.obj) as connection:
        checks = read_health(connection)
    if as_json:
        print_json(checks)
    else:
        print_health(make_console(), checks)
    ctx.exit(0 if all(check.status == "ok" for check in checks) else 1)
