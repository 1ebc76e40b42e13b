"""What a run leaves behind: a table, JSON, and the recorded block of docs/benchmarks.md."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from pg_drip.cli.output import make_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from bench.figures import Figure, Size
    from bench.machine import Machine
    from bench.plans import Plan

BEGIN = "<!-- recorded by python -m bench --write-docs -->"
END = "<!-- end of the recorded run -->"


def print_figures(console: Console, figures: Sequence[Figure], machine: Machine, size: Size) -> None:
    """Print the table."""
    for line in machine.lines():
        console.print(Text(line))
    table = make_table(
        "what", "measured", "must be", "", title=f"Benchmarks, {size.leads:,} leads, medians of {size.repeats}"
    )
    for figure in figures:
        what = Text(figure.what).append(f"\n{figure.medians}", style="dim")
        verdict = Text("ok", style="green") if figure.is_kept else Text("MISSED", style="bold red")
        table.add_row(what, figure.measured, str(figure.bound), verdict)
    console.print(table)
    if not size.is_binding:
        console.print("The bounds are meant for --size standard: at this size they show whether something is far off.")


def write_json(file: Path, figures: Sequence[Figure], machine: Machine, size: Size) -> None:
    """Write every figure with its single measurements."""
    content = {
        "recordedAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "size": {"name": size.name, "leads": size.leads, "written": size.written},
        "machine": machine.as_json(),
        "ok": all(figure.is_kept for figure in figures),
        "figures": [figure.as_json() for figure in figures],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def is_recordable(document: Path) -> bool:
    """Whether the document has the place where a run is recorded."""
    text = document.read_text()
    return -1 < text.find(BEGIN) < text.find(END)


def write_document(
    document: Path, figures: Sequence[Figure], plans: Sequence[Plan], machine: Machine, size: Size
) -> None:
    """Replace the recorded run in the document."""
    command = "make bench" if size.name == "standard" else f"python -m bench --size {size.name}"
    lines = [
        BEGIN,
        "",
        f"Recorded on {datetime.now(UTC):%Y-%m-%d} by `{command}`, {size.leads:,} leads:",
        "",
        *(f"- {line}" for line in machine.lines()),
        "",
        "| what | measured | must be | | medians of 3 |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {figure.what} | {figure.measured} | {figure.bound} | {'ok' if figure.is_kept else '**MISSED**'} "
            f"| {figure.medians} |"
            for figure in figures
        ),
        "",
        "## Plans of the hot statements",
        "",
        "From the same run, EXPLAIN (ANALYZE, BUFFERS) by auto_explain, whose clock makes them slower than they are.",
    ]
    for plan in plans:
        lines += ["", f"{plan.title}:", "", "```", plan.text, "```"]
    before, _, rest = document.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(before + "\n".join([*lines, "", END]) + after)
