"""What a person sees: tables of at most 100 columns, colour and a progress bar on a terminal only."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic import BaseModel

    from pg_drip.models import HealthCheck, StuckReport, SweepResult
    from pg_drip.sweeps import Progress as SweepProgress
    from pg_drip.sweeps import Watcher

WIDTH = 100
_STATUS_STYLES = {"ok": "green", "warning": "yellow", "critical": "bold red"}


def make_console(*, stderr: bool = False) -> Console:
    """A console on stdout or stderr, no wider than 100 columns; as wide as that in a pipe."""
    console = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    return console


def print_json(data: BaseModel | Sequence[BaseModel] | dict[str, Any]) -> None:
    """Print models, or plain data, as JSON with names in camel case."""
    if isinstance(data, dict):
        plain: Any = data
    elif isinstance(data, list | tuple):
        plain = [one.model_dump(mode="json", by_alias=True) for one in data]
    else:
        plain = data.model_dump(mode="json", by_alias=True)  # type: ignore[union-attr]
    click.echo(json.dumps(plain, indent=2, ensure_ascii=False))


def make_table(
    *columns: str, numbers: Iterable[str] = (), whole: Iterable[str] = (), title: str | None = None
) -> Table:
    """An empty table with these columns; those in `numbers` are aligned to the right, those in `whole` never broken."""
    table = Table(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        pad_edge=False,
        show_edge=False,
    )
    for column in columns:
        is_number = column in numbers
        table.add_column(
            column, justify="right" if is_number else "left", no_wrap=is_number or column in whole, overflow="fold"
        )
    return table


def count(number: int, noun: str) -> str:
    """`1 lead`, `2,000 leads`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def in_words(name: str) -> str:
    """A name of the database for people: `opted_out` is `opted out`."""
    return name.replace("_", " ")


def print_health(console: Console, checks: Sequence[HealthCheck]) -> None:
    """Print `drip.de_enrollment_health`."""
    table = make_table("check", "status", "value", "unit", "meaning", numbers=("value",))
    for check in checks:
        value = "" if check.value is None else f"{check.value:,.1f}".removesuffix(".0")
        status = Text(check.status, style=_STATUS_STYLES.get(check.status, ""))
        table.add_row(in_words(check.name), status, value, check.unit, check.meaning)
    console.print(table)


def print_stuck_leads(console: Console, report: Sequence[StuckReport], *, with_fixed: bool) -> None:
    """Print stuck leads by reason, of all clients in the report together."""
    sums: dict[tuple[str, str | None, str], list[int]] = {}
    for row in report:
        both = sums.setdefault((row.reason, row.outcome, row.advice), [0, 0])
        both[0] += row.leads
        both[1] += row.fixed
    columns = ["reason", "leaves as", "leads", *(["fixed"] if with_fixed else []), "what to do"]
    table = make_table(*columns, numbers=("leads", "fixed"))
    for (reason, outcome, advice), (leads, fixed) in sorted(sums.items(), key=lambda item: -item[1][0]):
        numbers = [f"{leads:,}", *([f"{fixed:,}"] if with_fixed else [])]
        table.add_row(reason, outcome or "-", *numbers, advice)
    console.print(table)


def print_sweep(console: Console, result: SweepResult) -> None:
    """Print a sweep's summary."""
    rows = [("found", result.found)]
    rows += [(in_words(outcome), leads) for outcome, leads in result.by_outcome.items()]
    rows += [("failed", result.failed)]
    if result.skipped:
        rows += [("skipped", result.skipped)]
    width = max(len(name) for name, _ in rows)
    for name, leads in rows:
        console.print(f"  {name:<{width}}  {leads:>10,}", style="bold red" if name == "failed" and leads else None)
    console.print(
        f"{count(result.processed, 'lead')} left in {result.seconds:,.2f} s, {result.leads_per_second:,} leads/s."
    )


def make_progress_bar() -> Progress:
    """A bar on stderr with one task's description, how far it is, its field `text`, and the time; gone at the end."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[text]}"),
        TimeElapsedColumn(),
        console=make_console(stderr=True),
        transient=True,
    )


@contextmanager
def sweep_progress() -> Iterator[Watcher | None]:
    """A progress bar for a sweep, on a terminal; None in a pipe."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield None
        return
    with make_progress_bar() as bar:
        task = bar.add_task("Sweeping", total=None, text="looking for leads that are due")

        def watch(now: SweepProgress) -> None:
            done = now.processed + now.failed
            text = f"{done:,} of {now.found:,} leads"
            if now.clients > 1:
                text += f", {now.clients_done:,} of {now.clients:,} clients"
            bar.update(task, total=now.found or None, completed=done, text=text)

        yield watch
