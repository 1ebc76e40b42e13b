"""`python -m bench`: measure, print, compare with the bounds."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench import door, imports, plans, report, sweeps, writes
from bench.figures import SIZES, Bench, Benchmark, Figure
from bench.machine import Machine
from bench.server import Server
from pg_drip.cli.failures import one_line_errors
from pg_drip.cli.output import make_console

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"

BENCHMARKS: dict[str, Benchmark] = {
    "one-statement": sweeps.one_statement,
    "v2": sweeps.against_v2,
    "idle": sweeps.idle,
    "all-due": sweeps.everybody_due,
    "insert": writes.inserts,
    "advance": writes.advance,
    "enroll": writes.enrollments,
    "jobs": sweeps.two_jobs,
    "memory": sweeps.memory,
    "import": imports.rows,
    "http": door.auto_create,
}


class Command(click.Command):
    """A command whose errors, and those of its options, are one line."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse."""
        with one_line_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run."""
        with one_line_errors():
            return super().invoke(ctx)


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n  python -m bench --size small\n  python -m bench --only insert --only advance",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--size",
    "size_name",
    type=click.Choice(list(SIZES)),
    default="standard",
    show_default=True,
    metavar="small|standard|large",
    help="100,000, 1,000,000 or 10,000,000 leads.",
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(list(BENCHMARKS)),
    metavar="NAME",
    help=f"One of {', '.join(BENCHMARKS)}.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=ROOT / "build" / "bench.json",
    metavar="FILE",
    help="Where all measurements go.  [default: build/bench.json]",
)
@click.option("--write-docs", is_flag=True, help="Record the run, with plans, in docs/benchmarks.md.")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("/var/tmp"),  # noqa: S108
    show_default=True,
    metavar="DIR",
    help="Where the server's data lies meanwhile: 1 GB for 100,000 leads, 5 GB for 1,000,000, 50 GB for 10,000,000.",
)
def bench(size_name: str, only: tuple[str, ...], json_file: Path, write_docs: bool, directory: Path) -> None:
    """Measure what pg_drip claims, each figure a ratio of two ways in the same run.

    A private PostgreSQL 15 with this checkout deployed is started and removed again. Exit codes: 0 every bound holds,
    or the size is small; 1 a bound is missed, or something failed; 2 bad usage.
    """
    if write_docs and only:
        raise click.UsageError("--write-docs records a whole run, so leave --only out.")
    if write_docs and not report.is_recordable(DOCUMENT):
        raise click.UsageError("docs/benchmarks.md has no place for a recorded run.")
    # A terminated run removes its server as an interrupted one does.
    signal.signal(signal.SIGTERM, _stop)
    size = SIZES[size_name]
    progress = make_console(stderr=True)
    machine = Machine.describe(directory)
    progress.print("Starting PostgreSQL 15 and deploying")
    server = Server.start(directory / f"pg_drip_bench_{os.getpid()}")
    try:
        context = Bench(server, size, progress.print)
        figures: list[Figure] = []
        for name, benchmark in BENCHMARKS.items():
            if not only or name in only:
                progress.print(f"{name}:")
                for figure in benchmark(context):
                    progress.print(f"  {figure.measured} ({figure.medians})")
                    figures.append(figure)
        explained = plans.explain(context) if write_docs else []
    finally:
        server.cluster.remove()
    report.print_figures(make_console(), figures, machine, size)
    report.write_json(json_file, figures, machine, size)
    if write_docs:
        report.write_document(DOCUMENT, figures, explained, machine, size)
    if size.is_binding and not all(figure.is_kept for figure in figures):
        sys.exit(1)


def _stop(_: int, __: FrameType | None) -> None:
    sys.exit(143)


if __name__ == "__main__":
    bench(prog_name="python -m bench")
