"""`pg-drip campaigns list | show | create | update | pause | resume | deactivate | clone`."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

import click

from pg_drip.cli.output import in_words, make_console, make_table, print_json
from pg_drip.database import connect
from pg_drip.models import Campaign, CampaignPage, fetch_rows, fetch_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    import psycopg
    from psycopg.rows import TupleRow

_CLEARABLE = ("form-id", "webinar-datetime", "zoom-link", "resource-name", "resource-link", "reenroll")
_OUTCOMES = ("completed", "booked", "opted_out", "abandoned", "campaign_deleted")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_of_client = click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Only if it is this client's.")
_campaign_id = click.argument("campaign_id", type=click.UUID, metavar="CAMPAIGN")


def _fields(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that create and update have in common: fields of the campaign, None where not given."""
    options = (
        click.option("--form-id", metavar="ID", help="The form whose submitters it enrolls."),
        click.option("--type", "campaign_type", type=click.Choice(["standard", "webinar"]), help="Its type."),
        click.option(
            "--messages", type=click.File(), metavar="FILE", help="The sequence as a JSON array; - for stdin."
        ),
        click.option("--webinar-datetime", metavar="WHEN", help="As 2030-01-31T18:00:00Z."),
        click.option("--zoom-link", metavar="URL", help="Where the webinar is."),
        click.option("--resource-name", metavar="TEXT", help="What the messages offer."),
        click.option("--resource-link", metavar="URL", help="Where that is."),
        click.option(
            "--reenroll-outcome",
            "reenroll_outcomes",
            type=click.Choice(_OUTCOMES),
            multiple=True,
            help="Take leads back that left so; may be repeated.",
        ),
        click.option("--reenroll-after-days", type=int, metavar="N", help="Take leads back after so many days."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _read_fields(messages: IO[str] | None, reenroll_outcomes: tuple[str, ...], **others: Any) -> dict[str, Any]:
    fields = {name: value for name, value in others.items() if value is not None}
    if reenroll_outcomes:
        fields["reenroll_outcomes"] = list(reenroll_outcomes)
    if messages is not None:
        try:
            fields["messages"] = json.load(messages)
        except ValueError as error:
            raise click.BadParameter(f"{messages.name} is no JSON: {error}.", param_hint="'--messages'") from None
    return fields


def _describe(connection: psycopg.Connection[TupleRow], campaign_id: UUID, client_id: UUID | None) -> Campaign:
    found = fetch_value(connection, "select drip.describe_campaign(%s, %s)", [client_id, campaign_id])
    return Campaign.model_validate(found)


def _print(campaign: Campaign, *, as_json: bool) -> None:
    if as_json:
        print_json(campaign)
        return
    counts = campaign.statistics
    rate = "" if counts.completion_rate is None else f", {counts.completion_rate:g} % completed it"
    refused = {in_words(name): number for name, number in counts.refused.model_dump().items() if number}
    outcomes = {in_words(name): getattr(counts, name) for name in ("completed", "booked", "opted_out", "abandoned")}
    outcomes["campaign deleted"] = counts.campaign_deleted
    rows = {
        "id": str(campaign.id),
        "name": campaign.name,
        "client": str(campaign.client_id),
        "form": campaign.form_id,
        "type": campaign.campaign_type,
        "state": _state(campaign),
        "webinar": campaign.webinar_datetime,
        "zoom link": campaign.zoom_link,
        "resource": campaign.resource_name,
        "resource link": campaign.resource_link,
        "takes leads back": _reenrollment(campaign),
        "active leads": f"{counts.active_leads:,}",
        "left": ", ".join(f"{number:,} {name}" for name, number in outcomes.items()) + rate,
        "refused": ", ".join(f"{number:,} {name}" for name, number in refused.items()),
        "last enrollment": campaign.last_enrollment_at,
        "created": campaign.created_at,
        "changed": campaign.updated_at,
        "retired": campaign.deactivated_at,
    }
    console = make_console()
    width = max(len(name) for name, value in rows.items() if value)
    for name, value in rows.items():
        if value:
            console.print(f"{name:<{width}}  {value}", soft_wrap=True)
    if campaign.messages:
        table = make_table("step", "minutes", "type", "text", numbers=("step", "minutes"))
        for message in campaign.messages:
            table.add_row(str(message["step"]), f"{message['delayMinutes']:,}", message["type"], message["text"])
        console.print()
        console.print(table)


def _state(campaign: Campaign) -> str:
    if not campaign.is_active:
        return "retired"
    state = "paused" if campaign.is_paused else "running"
    return f"{state}, to review" if campaign.auto_discovered else state


def _reenrollment(campaign: Campaign) -> str | None:
    if campaign.reenroll_outcomes is None and campaign.reenroll_after_days is None:
        return None
    outcomes = " or ".join(map(in_words, campaign.reenroll_outcomes or ["whatever the outcome"]))
    return f"{outcomes}, after {campaign.reenroll_after_days or 0:,} days"


@click.group(epilog="\b\nExample:\n  pg-drip campaigns list --paused --auto-discovered")
def campaigns() -> None:
    """Create, change and list campaigns."""


@campaigns.command(
    "list",
    epilog="\b\nExamples:\n  pg-drip campaigns list --auto-discovered --paused\n"
    "  pg-drip campaigns list --client 6f1c9c5e-3a8e-4a58-9a63-6a3d2b8f4f10 --json",
)
@click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Only this client's.")
@click.option("--active/--retired", "is_active", default=None, help="Only those that are, or are not, active.")
@click.option("--paused/--running", "is_paused", default=None, help="Only those that are, or are not, paused.")
@click.option("--auto-discovered/--reviewed", "auto_discovered", default=None, help="Only those to review, or others.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, metavar="N", help="At most so many."
)
@click.option("--after", metavar="CURSOR", help="Go on where the page before ended.")
@_as_json
@click.pass_obj
def list_campaigns(
    dsn: str,
    client_id: UUID | None,
    is_active: bool | None,
    is_paused: bool | None,
    auto_discovered: bool | None,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """List campaigns, the newest first."""
    with connect(dsn) as connection:
        rows = fetch_rows(
            connection,
            "select l.campaign, l.next_cursor from drip.list_campaigns(%s, %s, %s, %s, %s, %s) as l",
            [client_id, after, limit, is_active, is_paused, auto_discovered],
        )
    page = CampaignPage(
        campaigns=[Campaign.model_validate(row[0]) for row in rows], next_cursor=rows[-1][1] if rows else None
    )
    if as_json:
        print_json(page)
    elif not page.campaigns:
        click.echo("There is no such campaign. Create one with pg-drip campaigns create NAME --client ID.")
    else:
        table = make_table(
            "id", "name", "state", "messages", "active", "left", numbers=("messages", "active", "left"), whole=("id",)
        )
        for one in page.campaigns:
            counts = one.statistics
            left = counts.completed + counts.booked + counts.opted_out + counts.abandoned + counts.campaign_deleted
            table.add_row(
                str(one.id), one.name, _state(one), str(len(one.messages)), f"{counts.active_leads:,}", f"{left:,}"
            )
        make_console().print(table)
        if page.next_cursor:
            click.echo(f"There are more: --after {page.next_cursor}")


@campaigns.command(
    epilog="\b\nExample:\n  pg-drip campaigns show 6f1c9c5e-3a8e-4a58-9a63-6a3d2b8f4f10 --json",
)
@_campaign_id
@_of_client
@_as_json
@click.pass_obj
def show(dsn: str, campaign_id: UUID, client_id: UUID | None, as_json: bool) -> None:
    """Show a campaign with its messages and exact statistics."""
    with connect(dsn) as connection:
        _print(_describe(connection, campaign_id, client_id), as_json=as_json)


@campaigns.command(
    epilog="\b\nExamples:\n  pg-drip campaigns create Guide --client $CLIENT --form-id 101 --messages guide.json\n"
    "  pg-drip campaigns create 'Draft' --client $CLIENT --paused --json",
)
@click.argument("name")
@click.option("--client", "client_id", type=click.UUID, required=True, metavar="ID", help="Whose campaign it is.")
@_fields
@click.option("--paused", "is_paused", is_flag=True, default=None, help="Enroll, and send nothing yet.")
@_as_json
@click.pass_obj
def create(dsn: str, /, client_id: UUID, as_json: bool, **fields: Any) -> None:
    """Create a campaign and print its id."""
    given = _read_fields(**fields)
    with connect(dsn) as connection:
        made = fetch_value(connection, "select drip.create_campaign(%s, %s)", [client_id, json.dumps(given)])
    campaign = Campaign.model_validate(made)
    if as_json:
        print_json(campaign)
    else:
        click.echo(campaign.id)


@campaigns.command(
    epilog="\b\nExamples:\n  pg-drip campaigns update $CAMPAIGN --name 'Free guide' --reviewed\n"
    "  pg-drip campaigns update $CAMPAIGN --clear form-id --clear reenroll",
)
@_campaign_id
@_of_client
@click.option("--name", metavar="TEXT", help="Its name.")
@_fields
@click.option("--auto-discovered/--reviewed", "auto_discovered", default=None, help="Whether it awaits review.")
@click.option("--clear", type=click.Choice(_CLEARABLE), multiple=True, help="Empty a field; may be repeated.")
@_as_json
@click.pass_obj
def update(
    dsn: str, /, campaign_id: UUID, client_id: UUID | None, clear: tuple[str, ...], as_json: bool, **fields: Any
) -> None:
    """Change what is given, and nothing else."""
    given = _read_fields(**fields)
    cleared: dict[str, Any] = {name.replace("-", "_"): None for name in clear if name != "reenroll"}
    if "reenroll" in clear:
        cleared |= {"reenroll_outcomes": None, "reenroll_after_days": None}
    if both := sorted(given.keys() & cleared.keys()):
        raise click.UsageError(f"{both[0].replace('_', '-')} is both given and cleared.")
    if not given and not cleared:
        raise click.UsageError("Give what is to change.")
    with connect(dsn) as connection:
        owner = client_id or _describe(connection, campaign_id, None).client_id
        changed = fetch_value(
            connection, "select drip.update_campaign(%s, %s, %s)", [owner, campaign_id, json.dumps(given | cleared)]
        )
    _print(Campaign.model_validate(changed), as_json=as_json)


@campaigns.command(epilog="\b\nExample:\n  pg-drip campaigns pause $CAMPAIGN")
@_campaign_id
@_of_client
@click.pass_obj
def pause(dsn: str, campaign_id: UUID, client_id: UUID | None) -> None:
    """Stop sending; leads may still enroll."""
    with connect(dsn) as connection:
        owner = client_id or _describe(connection, campaign_id, None).client_id
        done = fetch_value(connection, "select drip.pause_campaign(%s, %s)", [owner, campaign_id])
    click.echo("Paused." if done else "It was paused already.")


@campaigns.command(epilog="\b\nExample:\n  pg-drip campaigns resume $CAMPAIGN")
@_campaign_id
@_of_client
@click.pass_obj
def resume(dsn: str, campaign_id: UUID, client_id: UUID | None) -> None:
    """Send again."""
    with connect(dsn) as connection:
        owner = client_id or _describe(connection, campaign_id, None).client_id
        done = fetch_value(connection, "select drip.resume_campaign(%s, %s)", [owner, campaign_id])
    click.echo("Resumed." if done else "It was not paused.")


@campaigns.command(epilog="\b\nExample:\n  pg-drip campaigns deactivate $CAMPAIGN")
@_campaign_id
@_of_client
@click.pass_obj
def deactivate(dsn: str, campaign_id: UUID, client_id: UUID | None) -> None:
    """Retire a campaign, for good.

    It sends and enrolls no more, and the next sweep takes its leads out. To begin again, clone it.
    """
    with connect(dsn) as connection:
        owner = client_id or _describe(connection, campaign_id, None).client_id
        done = fetch_value(connection, "select drip.deactivate_campaign(%s, %s)", [owner, campaign_id])
    click.echo("Retired." if done else "It was retired already.")


@campaigns.command(epilog="\b\nExample:\n  pg-drip campaigns clone $CAMPAIGN --name 'Spring webinar'")
@_campaign_id
@_of_client
@click.option("--name", metavar="TEXT", help="The copy's name. Default: the name and (copy).")
@click.option("--form-id", metavar="ID", help="The copy's form. Default: none.")
@_as_json
@click.pass_obj
def clone(
    dsn: str, campaign_id: UUID, client_id: UUID | None, name: str | None, form_id: str | None, as_json: bool
) -> None:
    """Copy a campaign, also a retired one, and print the copy's id.

    The copy is paused, without leads and counts; of a webinar that was held, without its date.
    """
    with connect(dsn) as connection:
        owner = client_id or _describe(connection, campaign_id, None).client_id
        made = fetch_value(
            connection, "select drip.clone_campaign(%s, %s, %s, %s)", [owner, campaign_id, name, form_id]
        )
        if as_json:
            print_json(_describe(connection, made, owner))
        else:
            click.echo(made)
