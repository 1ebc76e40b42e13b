"""`pg-drip leads enroll | opt-out | opt-in | book | remove | journey | import`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

import click
from psycopg.types.json import Jsonb

from pg_drip.cli.output import count, in_words, make_console, make_progress_bar, make_table, print_json
from pg_drip.database import connect
from pg_drip.errors import InvalidInputError, NotFoundError
from pg_drip.models import Enrollment, ImportResult, Stay, fetch, fetch_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from rich.console import Console

    from pg_drip.imports import Progress, Watcher

_STANDARD_INPUT = Path("-")
_SHOWN_COLUMNS = 20
_NO_LEAD = "DR013"

_CLIENT = click.option("--client", "client_id", type=click.UUID, required=True, metavar="ID", help="The client.")
_CAMPAIGN = click.option("--campaign", "campaign_id", type=click.UUID, metavar="ID", help="The campaign, or")
_FORM = click.option("--form", "form_id", metavar="FORM", help="the form of the campaign.")
_TRANSFER = click.option("--transfer", is_flag=True, help="Take the lead out of another campaign, as abandoned.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _check_region(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    # The library knows 240 countries and takes a moment to load.
    from pg_drip.imports.phones import is_region

    if value is None or is_region(value.upper()):
        return value and value.upper()
    raise click.BadParameter(f"{value!r} is no region; give the country in two letters, as US.")


_REGION = click.option(
    "--region",
    callback=_check_region,
    metavar="CC",
    help="The country of phone numbers without a country code, as US.",
)


@click.group(
    epilog="\b\nExamples:\n"
    "  pg-drip leads import leads.csv --client $CLIENT --campaign $CAMPAIGN\n"
    "  pg-drip leads enroll --phone +12025550142 --client $CLIENT --campaign $CAMPAIGN"
)
def leads() -> None:
    """Enroll leads, import them, take them out."""


@leads.command(
    epilog="\b\nExample:\n"
    "  pg-drip leads enroll --client $CLIENT --campaign $CAMPAIGN --phone '(202) 555-0142' --region US"
)
@_CLIENT
@_CAMPAIGN
@_FORM
@click.option("--phone", metavar="PHONE", help="As +12025550142, or national with --region.")
@_REGION
@click.option("--email", metavar="EMAIL", help="The e-mail address.")
@click.option("--first-name", metavar="NAME", help="The first name.")
@click.option("--last-name", metavar="NAME", help="The last name.")
@click.option("--timezone", metavar="TZ", help="An IANA name, as America/New_York.")
@_TRANSFER
@_JSON
@click.pass_context
def enroll(
    ctx: click.Context,
    client_id: UUID,
    campaign_id: UUID | None,
    form_id: str | None,
    phone: str | None,
    region: str | None,
    email: str | None,
    first_name: str | None,
    last_name: str | None,
    timezone: str | None,
    transfer: bool,
    as_json: bool,
) -> None:
    """Enroll one person in a campaign.

    The person is the lead with this phone, else with this e-mail address; what is given replaces what is stored. Prints
    the lead's id and the result, and exits with 1 when the enrollment is refused.
    """
    _require_one_campaign(campaign_id, form_id)
    if not phone and not email:
        raise click.UsageError("Give --phone or --email.")
    lead = {
        "phone": _normalise(phone, region) if phone else None,
        "email": email,
        "firstName": first_name,
        "lastName": last_name,
        "timezone": timezone,
    }
    query: LiteralString = (
        "select e.lead_id, e.result from drip.enroll_lead(%s, %s, %s, p_form_id => %s, p_transfer => %s) as e"
    )
    with connect(ctx.obj) as connection:
        try:
            [enrollment] = fetch(
                connection, Enrollment, query, [client_id, campaign_id, Jsonb(lead), form_id, transfer]
            )
        except InvalidInputError as error:
            if error.sqlstate == _NO_LEAD:
                # The hint is for those who give an object.
                raise click.UsageError(f"{error.message}.") from None
            raise
    if as_json:
        print_json(enrollment)
    else:
        click.echo(f"{enrollment.lead_id}  {in_words(enrollment.result)}")
    ctx.exit(0 if enrollment.result in ("enrolled", "already_enrolled") else 1)


@leads.command("opt-out", epilog="\b\nExample:\n  pg-drip leads opt-out $LEAD --client $CLIENT")
@click.argument("lead_id", type=click.UUID, metavar="LEAD")
@_CLIENT
@click.pass_obj
def opt_out(dsn: str, lead_id: UUID, client_id: UUID) -> None:
    """Send a lead nothing more.

    Takes it out of its campaign at once, and no campaign enrolls it again until it opts in.
    """
    changed = _call(dsn, "select drip.opt_out(%s, %s)", [client_id, lead_id])
    click.echo("Opted out." if changed else "It had opted out before. Nothing was changed.")


@leads.command("opt-in", epilog="\b\nExample:\n  pg-drip leads opt-in $LEAD --client $CLIENT")
@click.argument("lead_id", type=click.UUID, metavar="LEAD")
@_CLIENT
@click.pass_obj
def opt_in(dsn: str, lead_id: UUID, client_id: UUID) -> None:
    """Let campaigns enroll a lead again.

    That opted out. None does so by itself.
    """
    changed = _call(dsn, "select drip.opt_in(%s, %s)", [client_id, lead_id])
    click.echo("Opted in." if changed else "It had not opted out. Nothing was changed.")


def _read_value(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> Decimal | None:
    try:
        number = None if value is None else Decimal(value)
    except InvalidOperation:
        raise click.BadParameter(f"{value!r} is no number.") from None
    if number is not None and not (number.is_finite() and number >= 0):
        raise click.BadParameter(f"{value!r} is no amount; it must be 0 or more.")
    return number


@leads.command(epilog="\b\nExample:\n  pg-drip leads book $LEAD --client $CLIENT --value 249.50")
@click.argument("lead_id", type=click.UUID, metavar="LEAD")
@_CLIENT
@click.option("--value", callback=_read_value, metavar="AMOUNT", help="Its worth, in the client's currency.")
@click.pass_obj
def book(dsn: str, lead_id: UUID, client_id: UUID, value: Decimal | None) -> None:
    """Record that a lead booked.

    Takes it out of its campaign at once.
    """
    changed = _call(dsn, "select drip.record_booking(%s, %s, %s)", [client_id, lead_id, value])
    click.echo("Booked." if changed else "It had booked before. Nothing was changed.")


@leads.command(epilog="\b\nExample:\n  pg-drip leads remove $LEAD --client $CLIENT")
@click.argument("lead_id", type=click.UUID, metavar="LEAD")
@_CLIENT
@click.pass_obj
def remove(dsn: str, lead_id: UUID, client_id: UUID) -> None:
    """Take a lead out of its campaign.

    It is recorded as abandoned, or as what it is due to leave as.
    """
    changed = _call(dsn, "select drip.de_enroll_lead(%s, %s)", [client_id, lead_id])
    click.echo("Removed." if changed else "It was in no campaign. Nothing was changed.")


@leads.command(epilog="\b\nExample:\n  pg-drip leads journey $LEAD --json")
@click.argument("lead_id", type=click.UUID, metavar="LEAD")
@click.option("--client", "client_id", type=click.UUID, metavar="ID", help="Only if it is this client's.")
@_JSON
@click.pass_obj
def journey(dsn: str, lead_id: UUID, client_id: UUID | None, as_json: bool) -> None:
    """Show a lead's stays in campaigns, the present one last."""
    with connect(dsn) as connection:
        stays = fetch(
            connection,
            Stay,
            "select j.* from drip.lead_journey as j where j.id = %s and j.client_id = coalesce(%s, j.client_id) "
            "order by j.stay",
            [lead_id, client_id],
        )
        is_known = stays or fetch_value(
            connection,
            "select exists (select from drip.leads as l where l.id = %s and l.client_id = coalesce(%s, l.client_id))",
            [lead_id, client_id],
        )
    if not is_known:
        whose = f"client {client_id} has" if client_id else "there is"
        raise NotFoundError(f"{whose} no lead {lead_id}.", "Look its id up in drip.leads.")
    if as_json:
        print_json(stays)
    elif stays:
        print_journey(make_console(), stays)
    else:
        click.echo("The lead has been in no campaign.")


def _read_mapping(_ctx: click.Context, _parameter: click.Parameter, value: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for pair in value:
        column, is_pair, field = pair.rpartition("=")
        if not (is_pair and column.strip() and field.strip()):
            raise click.BadParameter(f"{pair!r} is no column=field, as 'Mobile number=phone'.")
        pairs.append((column, field))
    return pairs


def _read_delimiter(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    delimiter = "\t" if value.lower() in ("tab", r"\t") else value
    if len(delimiter) != 1 or delimiter.isalnum() or delimiter in '"\r\n \0':
        raise click.BadParameter(f"{value!r} separates no columns; give one character, as ';', or tab.")
    return delimiter


@leads.command(
    "import",
    epilog="\b\nExamples:\n"
    "  pg-drip leads import leads.csv --client $CLIENT --campaign $CAMPAIGN --dry-run\n"
    "  pg-drip leads import leads.csv --client $CLIENT --form spring --map Mobile=phone --region US",
)
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@_CLIENT
@_CAMPAIGN
@_FORM
@click.option(
    "--map",
    "mapping",
    multiple=True,
    callback=_read_mapping,
    metavar="COLUMN=FIELD",
    help="A column that is not named like its field. May be given several times.",
)
@_REGION
@click.option(
    "--delimiter",
    default=",",
    show_default=True,
    callback=_read_delimiter,
    metavar="CHARACTER",
    help="What is between two columns; tab for a tab.",
)
@click.option("--transfer", is_flag=True, help="Take leads out of another campaign, as abandoned.")
@click.option("--dry-run", is_flag=True, help="Do it all, then take it back; no rejects file unless named.")
@click.option(
    "--rejects",
    "rejects_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where rows go that are no lead, with line and reason. Default: FILE.rejects.csv beside FILE.csv.",
)
@_JSON
@click.pass_context
def import_(
    ctx: click.Context,
    path: Path,
    client_id: UUID,
    campaign_id: UUID | None,
    form_id: str | None,
    mapping: list[tuple[str, str]],
    region: str | None,
    delimiter: str,
    transfer: bool,
    dry_run: bool,
    rejects_path: Path | None,
    as_json: bool,
) -> None:
    """Import leads from a CSV file.

    FILE is UTF-8, its first row names the columns: first_name, last_name, phone, email, timezone,
    current_message_position, booked_at (a time, or yes for now), opted_out, enrolled_at. Times are ISO 8601, in UTC
    unless they say otherwise. FILE - is standard input.

    Importing the same file again changes nothing, so one that was interrupted is imported again. Exits with 1 when a
    row is no lead; the others are enrolled all the same.
    """
    from pg_drip.imports import MappingError, import_leads

    _require_one_campaign(campaign_id, form_id)
    if rejects_path and path.exists() and rejects_path.exists() and rejects_path.samefile(path):
        raise click.UsageError("--rejects is the file to be imported. Name another.")
    if rejects_path is None and not dry_run:
        rejects_path = _default_rejects_path(path)
    with import_progress() as watcher:
        try:
            result = import_leads(
                client_id,
                path,
                ctx.obj,
                campaign_id=campaign_id,
                form_id=form_id,
                mapping=mapping,
                region=region,
                delimiter=delimiter,
                transfer=transfer,
                dry_run=dry_run,
                rejects_path=rejects_path,
                watcher=watcher,
            )
        except MappingError as error:
            raise click.UsageError(str(error)) from None
    if as_json:
        print_json(result)
    else:
        print_import(make_console(), result)
    _print_rejects(result)
    ctx.exit(0 if result.success else 1)


def _default_rejects_path(path: Path) -> Path:
    if path.is_file():
        return path.with_suffix(".rejects.csv")
    # A pipe's neighbours are no place for it.
    name = "stdin" if path == _STANDARD_INPUT else path.name
    return Path(f"{name}.rejects.csv")


def print_import(console: Console, result: ImportResult) -> None:
    """Print an import's summary."""
    refusals = [(name, rows) for name, rows in result.by_result.items() if name != "enrolled" and rows]
    rows = [("read", result.read), ("enrolled", result.by_result["enrolled"]), *refusals]
    rows += [("duplicates", result.duplicates), ("rejected", result.rejected)]
    width = max(len(name) for name, _ in rows)
    for name, number in rows:
        console.print(
            f"  {in_words(name):<{width}}  {number:>10,}", style="bold red" if name == "rejected" and number else None
        )
    if result.ignored_columns:
        names = [name if name.isprintable() else repr(name) for name in result.ignored_columns[:_SHOWN_COLUMNS]]
        if len(result.ignored_columns) > _SHOWN_COLUMNS:
            names.append(f"and {len(result.ignored_columns) - _SHOWN_COLUMNS:,} more")
        console.print(f"No field of a lead: {', '.join(names)}.", soft_wrap=True)
    end = " Nothing was changed." if result.dry_run else ""
    console.print(f"{count(result.read, 'row')} in {result.seconds:,.2f} s, {result.rows_per_second:,} rows/s.{end}")


def _print_rejects(result: ImportResult) -> None:
    for reject in result.rejects:
        click.echo(f"Error: line {reject.line:,}: {reject.reason}.", err=True)
    if result.rejected > len(result.rejects):
        click.echo(f"Error: and {result.rejected - len(result.rejects):,} more.", err=True)
    if result.rejected:
        were = "was" if result.rejected == 1 else "were"
        where = f" See {result.rejects_file}; mend it, and import it." if result.rejects_file else ""
        click.echo(f"Error: {count(result.rejected, 'row')} {were} rejected.{where}", err=True)


def print_journey(console: Console, stays: Sequence[Stay]) -> None:
    """Print a lead's stays in campaigns."""
    table = make_table("lead", "campaign", "enrolled", "left", "messages", "outcome", numbers=("messages",))
    for stay in stays:
        name = " ".join(filter(None, (stay.first_name, stay.last_name))) if stay.stay == 1 else ""
        cells = [f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (stay.enrolled_at, stay.completed_at)]
        messages = "" if stay.messages_received is None else str(stay.messages_received)
        table.add_row(name, stay.campaign_name, *cells, messages, in_words(stay.outcome or ""))
    console.print(table)


@contextmanager
def import_progress() -> Iterator[Watcher | None]:
    """A progress bar for an import, on a terminal; None in a pipe."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield None
        return
    with make_progress_bar() as bar:
        task = bar.add_task("Reading", total=None, text="")

        def watch(now: Progress) -> None:
            if now.is_reading:
                text = f"{now.done / 1e6:,.1f} of {now.total / 1e6:,.1f} MB"
            else:
                text = f"{now.done:,} of {now.total:,} leads"
            what = "Reading" if now.is_reading else "Enrolling"
            bar.update(task, description=what, total=now.total, completed=now.done, text=text)

        yield watch


def _require_one_campaign(campaign_id: UUID | None, form_id: str | None) -> None:
    if (campaign_id is None) == (form_id is None):
        raise click.UsageError("Give either --campaign ID or --form FORM.")


def _normalise(phone: str, region: str | None) -> str:
    from pg_drip.imports.phones import InvalidPhoneError, normalise_phone

    try:
        return normalise_phone(phone.strip(), region)
    except InvalidPhoneError as error:
        raise click.BadParameter(f"{error}.", param_hint="--phone") from None


def _call(dsn: str, query: LiteralString, parameters: Sequence[Any]) -> bool:
    with connect(dsn) as connection:
        return bool(fetch_value(connection, query, parameters))
