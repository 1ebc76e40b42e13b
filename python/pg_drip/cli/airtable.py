"""`pg-drip airtable sync | queue | status`."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from pg_drip.cli.failures import one_line
from pg_drip.cli.output import count, make_console, make_table, print_json
from pg_drip.database import connect
from pg_drip.errors import ConnectionFailedError, PgDripError
from pg_drip.models import Model, fetch, fetch_value

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

    from pg_drip.airtable import AirtableClient, AirtableSync

    Connection = psycopg.Connection[TupleRow]

_SHOWN = 20


class WaitingCampaign(Model):
    """A row of `drip.airtable_backlog`."""

    client_id: UUID
    campaign_id: UUID
    campaign_name: str | None
    changes: int
    changed_at: datetime
    attempts: int
    claimed_until: datetime | None
    retry_at: datetime | None
    last_error: str | None


@click.group(epilog="\b\nExample:\n  AIRTABLE_API_KEY=pat… AIRTABLE_BASE_ID=app… pg-drip airtable sync --watch")
def airtable() -> None:
    """Copy campaigns to Airtable.

    Each change of a campaign waits in drip.airtable_outbox until Airtable has it.
    """


@airtable.command(
    epilog="\b\nExamples:\n  pg-drip airtable sync --json\n  pg-drip airtable sync --watch --interval 30",
)
@click.option("--base", envvar="AIRTABLE_BASE_ID", metavar="ID", help="The base, app…  [env: AIRTABLE_BASE_ID]")
@click.option(
    "--table",
    envvar="AIRTABLE_TABLE",
    default="Campaigns",
    show_default=True,
    metavar="NAME",
    help="The table's name or id.  [env: AIRTABLE_TABLE]",
)
@click.option(
    "--endpoint-url",
    envvar="AIRTABLE_ENDPOINT_URL",
    metavar="URL",
    help="Another address than Airtable's own.  [env: AIRTABLE_ENDPOINT_URL]",
)
@click.option("--penalty", envvar="AIRTABLE_PENALTY_SECONDS", type=click.FloatRange(0, 45), default=30, hidden=True)
@click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Only this client's campaigns.")
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C or SIGTERM.")
@click.option(
    "--interval",
    type=click.FloatRange(0, 300, min_open=True),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="With --watch: the pause between two looks, at most 300.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; with --watch a line a drain.")
@click.pass_context
def sync(
    ctx: click.Context,
    base: str | None,
    table: str,
    endpoint_url: str | None,
    penalty: float,
    client_id: UUID | None,
    watch: bool,
    interval: float,
    as_json: bool,
) -> None:
    """Send what waits to Airtable.

    Upserts campaigns by id, ten a request, at most five requests a second. Exits with 1 when Airtable refused a
    record or was not to be had; nothing is lost, the next sync goes on. The token comes from AIRTABLE_API_KEY alone,
    since arguments are for everybody to see.
    """
    client = _open_client(base, table, endpoint_url, penalty)
    try:
        if watch:
            with suppress(KeyboardInterrupt):
                _watch(ctx.obj, client, client_id, interval, as_json=as_json)
            return
        with connect(ctx.obj) as connection:
            result = _drain(connection, client, client_id)
    finally:
        client.close()
    if as_json:
        print_json(result)
    else:
        click.echo(_summary(result))
    _print_problems(result)
    ctx.exit(0 if result.success else 1)


@airtable.command(epilog="\b\nExample:\n  pg-drip airtable queue && pg-drip airtable sync")
@click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Only this client's campaigns.")
@click.pass_obj
def queue(dsn: str, client_id: UUID | None) -> None:
    """Queue every campaign, changed or not.

    For the first copy, or after somebody emptied the table in Airtable.
    """
    with connect(dsn) as connection:
        queued = fetch_value(connection, "select drip.queue_airtable_changes(%s)", [client_id])
    click.echo(f"{count(queued, 'campaign')} queued.")


@airtable.command("status", epilog="\b\nExample:\n  pg-drip airtable status || echo somebody should look")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def show_status(ctx: click.Context, as_json: bool) -> None:
    """Show what Airtable has not got.

    Prints the view drip.airtable_backlog, and exits with 1 when Airtable refused a campaign's record.
    """
    with connect(ctx.obj) as connection:
        waiting = fetch(
            connection,
            WaitingCampaign,
            "select b.client_id, b.campaign_id, b.campaign_name, b.changes, b.changed_at, b.attempts, b.claimed_until, "
            "b.retry_at, b.last_error from drip.airtable_backlog as b order by b.attempts desc, b.changed_at",
        )
    if as_json:
        print_json(waiting)
    elif not waiting:
        click.echo("Airtable has everything.")
    else:
        shown = make_table("campaign", "since", "changes", "refused", "last error", numbers=("changes", "refused"))
        for one in waiting[:_SHOWN]:
            shown.add_row(
                one.campaign_name or str(one.campaign_id),
                f"{one.changed_at:%Y-%m-%d %H:%M}",
                f"{one.changes:,}",
                f"{one.attempts:,}",
                one.last_error or "-",
            )
        make_console().print(shown)
        click.echo(f"{count(len(waiting), 'campaign')} waiting.")
    ctx.exit(1 if any(one.attempts for one in waiting) else 0)


def _open_client(base: str | None, table: str, endpoint_url: str | None, penalty: float) -> AirtableClient:
    # Airtable's library is an extra, and no other command needs it.
    try:
        from pg_drip.airtable import ENDPOINT, AirtableClient, AirtableSettings
    except ModuleNotFoundError as error:
        raise PgDripError(f"{error.name} is missing.", "Install it with pip install 'pg-drip[airtable]'.") from None
    api_key = os.environ.get("AIRTABLE_API_KEY", "").strip()
    missing = [name for name, value in (("AIRTABLE_API_KEY", api_key), ("AIRTABLE_BASE_ID", base)) if not value]
    if missing or not base or not table:
        raise PgDripError(
            f"{' and '.join(missing) or 'AIRTABLE_TABLE'} {'are' if len(missing) > 1 else 'is'} not set.",
            "Airtable needs AIRTABLE_API_KEY (a personal access token), AIRTABLE_BASE_ID and AIRTABLE_TABLE.",
        )
    return AirtableClient(AirtableSettings(api_key, base, table, endpoint_url or ENDPOINT, penalty))


def _drain(connection: Connection, client: AirtableClient, client_id: UUID | None) -> AirtableSync:
    from pg_drip.airtable import drain

    return drain(connection, client, client_id)


def _watch(dsn: str, client: AirtableClient, client_id: UUID | None, interval: float, *, as_json: bool) -> None:
    connection = connect(dsn)
    while True:
        try:
            if connection.closed:
                connection = connect(dsn)
            result = _drain(connection, client, client_id)
        except PgDripError as error:
            # The database may come back; what was claimed comes back with its lease.
            if not (connection.closed or isinstance(error, ConnectionFailedError)):
                raise
            connection.close()
            click.echo(f"Error: {one_line(error)}", err=True)
        else:
            if as_json and (result.requests or result.error):
                click.echo(json.dumps(result.model_dump(mode="json", by_alias=True), ensure_ascii=False))
            elif result.requests:
                click.echo(_summary(result))
            _print_problems(result)
        time.sleep(interval)


def _summary(result: AirtableSync) -> str:
    return (
        f"{count(result.sent, 'campaign')} sent, {result.created:,} of them new in Airtable, "
        f"{len(result.refused):,} refused, in {count(result.requests, 'request')}, {result.seconds:,.1f} s."
    )


def _print_problems(result: AirtableSync) -> None:
    for one in result.refused[:_SHOWN]:
        click.echo(f"Error: campaign {one.campaign_id}: {one.message}.", err=True)
    if len(result.refused) > _SHOWN:
        click.echo(f"Error: and {len(result.refused) - _SHOWN} more. See pg-drip airtable status.", err=True)
    if result.error:
        click.echo(f"Error: {result.error}. What was not sent waits in drip.airtable_outbox.", err=True)
