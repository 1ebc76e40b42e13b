"""`pg-drip keys create | list | revoke | rotate`: the keys of the HTTP door."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import click

from pg_drip.cli.output import make_console, make_table, print_json
from pg_drip.database import connect
from pg_drip.errors import NotFoundError
from pg_drip.models import ApiKey, NewApiKey, fetch, fetch_value

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

SCOPES = ("admin", "leads", "webhook", "read")


def _moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """A point in time in ISO 8601 (without an offset: UTC), or so many days from now, as 90d."""
    if value is None:
        return None
    try:
        if days := re.fullmatch(r"([0-9]{1,6})d", value):
            return datetime.now(UTC) + timedelta(days=int(days[1]))
        moment = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise click.BadParameter("give a moment, as 2030-01-31T18:00:00Z, or a number of days, as 90d.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group(epilog="\b\nExample:\n  pg-drip keys create --client $CLIENT --scope webhook --expires 90d")
def keys() -> None:
    """Make, list and revoke API keys of the HTTP server."""


@keys.command(
    epilog="\b\nExamples:\n  pg-drip keys create --name n8n > n8n.key\n"
    "  pg-drip keys create --client $CLIENT --scope leads --scope read --expires 2030-01-31"
)
@click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Only for this client. Default: for all.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    default=("admin",),
    show_default=True,
    help="What it may do; may be repeated. admin: everything.",
)
@click.option("--expires", callback=_moment, metavar="WHEN", help="As 2030-01-31T18:00:00Z or 90d. Default: never.")
@click.option("--name", metavar="TEXT", help="What it is for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def create(
    dsn: str,
    client_id: UUID | None,
    scopes: tuple[str, ...],
    expires: datetime | None,
    name: str | None,
    as_json: bool,
) -> None:
    """Make a key and print it, this once."""
    with connect(dsn) as connection:
        [made] = fetch(
            connection,
            NewApiKey,
            "select k.id, k.key from drip.create_api_key(%s, %s::text[], %s, %s) as k",
            [client_id, list(scopes), expires, name],
        )
    _print_once(made, as_json=as_json)


@keys.command("list", epilog="\b\nExample:\n  pg-drip keys list --json")
@click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Only this client's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_keys(dsn: str, client_id: UUID | None, as_json: bool) -> None:
    """List the keys, the newest first, without the keys themselves."""
    with connect(dsn) as connection:
        found = fetch(connection, ApiKey, "select k.* from drip.list_api_keys(%s) as k", [client_id])
    if as_json:
        print_json(found)
    elif not found:
        click.echo("There is no key. Make one with pg-drip keys create.")
    else:
        table = make_table("key", "client", "name", "scopes", "status", "expires", "last used", whole=("key", "client"))
        for key in found:
            table.add_row(
                f"drip_{key.prefix}_…",
                str(key.client_id or "all"),
                key.name or "",
                ", ".join(key.scopes),
                key.status,
                _day(key.expires_at) or "never",
                _day(key.last_used_at) or "never",
            )
        make_console().print(table)


@keys.command(epilog="\b\nExample:\n  pg-drip keys revoke 3f9a1c07de")
@click.argument("key")
@click.pass_obj
def revoke(dsn: str, key: str) -> None:
    """End a key, for good.

    KEY is its id or its prefix: of drip_3f9a1c07de_… the part in the middle.
    """
    with connect(dsn) as connection:
        done = fetch_value(connection, "select drip.revoke_api_key(%s)", [_find(connection, key)])
    click.echo("Revoked." if done else "It was revoked already.")


@keys.command(epilog="\b\nExample:\n  pg-drip keys rotate 3f9a1c07de --overlap-days 2 > n8n.key")
@click.argument("key")
@click.option(
    "--overlap-days",
    type=click.IntRange(0, 3650),
    default=7,
    show_default=True,
    metavar="N",
    help="How long the old key lives on.",
)
@click.option("--keep-old", is_flag=True, help="The old key lives on until it is revoked.")
@click.option(
    "--expires", callback=_moment, metavar="WHEN", help="Of the new key. Default: as long as the old one had."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def rotate(dsn: str, key: str, overlap_days: int, keep_old: bool, expires: datetime | None, as_json: bool) -> None:
    """Make another key with the same rights and print it, this once.

    KEY is the old one's id or its prefix. Both are live for a while, so that callers can be changed one by one.
    """
    overlap = None if keep_old else timedelta(days=overlap_days)
    with connect(dsn) as connection:
        [made] = fetch(
            connection,
            NewApiKey,
            "select k.id, k.key from drip.rotate_api_key(%s, %s, %s) as k",
            [_find(connection, key), overlap, expires],
        )
    _print_once(made, as_json=as_json)


def _find(connection: psycopg.Connection[TupleRow], key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        pass
    # Whoever pastes the whole key is understood; it is neither sent anywhere nor printed.
    prefix = key.removeprefix("drip_").partition("_")[0]
    found = fetch(connection, ApiKey, "select k.* from drip.list_api_keys() as k where k.prefix = %s", [prefix])
    if not found:
        raise NotFoundError("there is no key with this id or prefix", "See pg-drip keys list.")
    return found[0].id


def _print_once(made: NewApiKey, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
    else:
        click.echo(made.key)
    click.echo("This is shown only now: keep it safe. What is stored is its hash.", err=True)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
