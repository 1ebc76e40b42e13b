"""`pg-drip clients create | list`."""

from __future__ import annotations

import click

from pg_drip.cli.output import make_console, make_table, print_json
from pg_drip.database import connect
from pg_drip.models import Client, fetch, fetch_value


@click.group(epilog='\b\nExample:\n  pg-drip clients create "Bright Smile Dental" --timezone America/New_York')
def clients() -> None:
    """Create and list clients, the tenants."""


@clients.command(
    epilog='\b\nExample:\n  CLIENT=$(pg-drip clients create "Bright Smile Dental" --timezone America/New_York)'
)
@click.argument("name")
@click.option("--timezone", default="UTC", show_default=True, metavar="TZ", help="An IANA name, as America/New_York.")
@click.pass_obj
def create(dsn: str, name: str, timezone: str) -> None:
    """Create a client and print its id."""
    with connect(dsn) as connection:
        click.echo(fetch_value(connection, "select drip.create_client(%s, %s)", [name, timezone]))


@clients.command("list", epilog="\b\nExample:\n  pg-drip clients list --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_clients(dsn: str, as_json: bool) -> None:
    """List the clients by name."""
    with connect(dsn) as connection:
        found = fetch(
            connection,
            Client,
            "select c.id, c.name, c.timezone, c.is_active, c.created_at from drip.clients as c order by c.name, c.id",
        )
    if as_json:
        print_json(found)
    elif not found:
        click.echo("There is no client. Create one with pg-drip clients create NAME.")
    else:
        table = make_table("id", "name", "time zone", "active", whole=("id",))
        for client in found:
            table.add_row(str(client.id), client.name, client.timezone, "yes" if client.is_active else "no")
        make_console().print(table)
