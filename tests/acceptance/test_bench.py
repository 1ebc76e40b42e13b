"""`make bench` on a fleet that is far too small: every figure is there, and what is said of it is true."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from bench import __main__ as command
from bench import report
from bench.figures import SIZES, Bound, Figure
from bench.machine import Machine
from bench.plans import Plan
from bench.timing import Timing, interleave
from pg_drip.errors import PgDripError
from tests.support.clusters import ROOT

# The table of what must be.
BOUNDS = {
    "one-statement": "at least 0.65",
    "v2": "at least 9 times",
    "idle": "at most 10 ms",
    "idle-growth": "at most 1.3 times",
    "all-due": "at most 1.25 times",
    "insert": "at least 0.8",
    "advance": "at most 1.1 times",
    "enroll": "at least 0.4",
    "jobs": "at least 1.5 times",
    "memory": "at most 64 MiB",
    "import": "at least 10,000 rows/s",
    "http": "at least 0.35",
    "http-stored-key": "at least 0.35",
    "http-p99": "at most 5 times",
    "http-new-forms": "at most 50 campaigns",
}
# Ratios, and which way is divided by which; the other figures are measured as they stand.
RATIOS = {
    "one-statement": ("sweep", "UPDATE"),
    "v2": ("sweep", "V2"),
    "idle-growth": ("6,000 leads", "2,000 leads"),
    "insert": ("with", "without"),
    "advance": ("with", "without"),
    "enroll": ("enroll_leads", "INSERT"),
    "jobs": ("one job", "two jobs"),
    "http": ("pg-drip serve", "bare"),
    "http-stored-key": ("pg-drip serve", "bare"),
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's user may enter."""
    path = Path(tempfile.mkdtemp(prefix="db_", dir="/tmp"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def test_every_figure_is_measured_printed_and_written(folder: Path) -> None:
    data, file = folder / "data", folder / "results" / "bench.json"
    data.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        [*(sys.executable, "-m", "bench", "--size", "tiny"), *("--json", str(file), "--directory", str(data))],
        cwd=ROOT,
        env=environment | {"PGHOST": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    # Bounds that such a fleet misses are no failure.
    assert done.returncode == 0, done
    # The server is gone, and what it kept.
    assert list(data.iterdir()) == []

    content = json.loads(file.read_text())
    figures = {figure["name"]: figure for figure in content["figures"]}
    assert {name: figure["mustBe"] for name, figure in figures.items()} == BOUNDS
    assert content["size"]["leads"] == 2_000
    assert content["machine"]["postgresql"].startswith("15.")
    for name, figure in figures.items():
        ways = figure["ways"]
        for way in ways.values():
            assert all(value > 0 for value in way["values"])
            assert way["median"] == statistics.median(way["values"])
        if name in RATIOS:
            over, under = (ways[way]["median"] for way in RATIOS[name])
            assert figure["value"] == pytest.approx(over / under, abs=1e-4)
        limit = float(re.sub(r"[^\d.]", "", BOUNDS[name]))
        is_minimum = BOUNDS[name].startswith("at least")
        assert figure["ok"] == (figure["value"] >= limit if is_minimum else figure["value"] <= limit)
        # Wrapped in its column, so the first word or two of it.
        assert " ".join(figure["what"].split()[:4]) in done.stdout
        assert BOUNDS[name] in done.stdout
    assert done.stdout.count("MISSED") == sum(not figure["ok"] for figure in figures.values())
    assert "fsync = on" in done.stdout


def figure(value: float, name: str = "made-up") -> Figure:
    """A figure with a bound of 2."""
    return Figure(name, "made up", value, Bound(2), {"one way": (Timing((1.0, 3.0, 2.0)), "s")})


@pytest.fixture
def without_server(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Benchmarks that need no server, one a known figure; returns what happened to the server."""
    happened: list[str] = []
    server = SimpleNamespace(cluster=SimpleNamespace(remove=lambda: happened.append("removed")))
    monkeypatch.setattr("bench.server.Server.start", lambda _: server)
    return happened


@pytest.mark.parametrize(
    ("size", "value", "exit_code"), [("standard", 2.0, 0), ("standard", 2.1, 1), ("small", 2.1, 0)]
)
def test_a_missed_bound_fails_a_run_of_standard_size(
    monkeypatch: pytest.MonkeyPatch, without_server: list[str], folder: Path, size: str, value: float, exit_code: int
) -> None:
    monkeypatch.setattr(command, "BENCHMARKS", {"v2": lambda _: [figure(value)]})
    file = folder / "bench.json"
    result = CliRunner().invoke(command.bench, ["--size", size, "--json", str(file)])
    assert result.exit_code == exit_code, result.output
    assert ("MISSED" in result.stdout) == (value > 2)
    assert json.loads(file.read_text())["ok"] == (value <= 2)
    assert without_server == ["removed"]


def test_only_what_is_asked_for_runs(monkeypatch: pytest.MonkeyPatch, without_server: list[str], folder: Path) -> None:
    names = list(command.BENCHMARKS)
    fakes: dict[str, Any] = {name: lambda _, name=name: [figure(1, name)] for name in names}
    monkeypatch.setattr(command, "BENCHMARKS", fakes)
    file = folder / "bench.json"
    result = CliRunner().invoke(command.bench, ["--only", "memory", "--only", "v2", "--json", str(file)])
    assert result.exit_code == 0, result.output
    assert [one["name"] for one in json.loads(file.read_text())["figures"]] == ["v2", "memory"]


def test_a_benchmark_that_fails_says_so_in_one_line_and_leaves_no_server(
    monkeypatch: pytest.MonkeyPatch, without_server: list[str], folder: Path
) -> None:
    def fail(_: object) -> list[Figure]:
        raise PgDripError("it broke.", "Mend it.")

    monkeypatch.setattr(command, "BENCHMARKS", {"v2": fail})
    result = CliRunner().invoke(command.bench, ["--json", str(folder / "bench.json")])
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "Error: it broke. Mend it."
    assert without_server == ["removed"]
    assert not (folder / "bench.json").exists()


@pytest.mark.parametrize("arguments", [["--size", "huge"], ["--only", "nothing"], ["--write-docs", "--only", "v2"]])
def test_bad_usage_is_one_line(arguments: list[str]) -> None:
    result = CliRunner().invoke(command.bench, arguments)
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: ")


def test_ways_take_turns() -> None:
    turns: list[str] = []

    def way(name: str, value: float) -> float:
        turns.append(name)
        return value + len(turns)

    first, second = interleave(3, lambda: way("A", 0), lambda: way("B", 100))
    assert turns == ["A", "B", "A", "B", "A", "B"]
    assert (first.values, first.median) == ((1, 3, 5), 3)
    assert (second.values, second.median) == ((102, 104, 106), 104)


def test_a_recorded_run_replaces_the_one_before(folder: Path) -> None:
    document = folder / "benchmarks.md"
    document.write_text(f"before\n\n{report.BEGIN}\nold\n{report.END}\n\nafter\n")
    machine = Machine("CPU", 2, 24, "ext4", "Debian", "15.20", "3.11.7", "3.3.9", "abc", 0.1)
    for value in (2.0, 2.5):
        plans = [Plan("A statement", f"Seq Scan (cost={value})")]
        report.write_document(document, [figure(value)], plans, machine, SIZES["standard"])
    text = document.read_text()
    assert text.startswith(f"before\n\n{report.BEGIN}\n")
    assert text.endswith(f"\n{report.END}\n\nafter\n")
    assert "| made up | 2.50 | at most 2 | **MISSED** | one way 2.00 s |" in text
    assert "Seq Scan (cost=2.5)" in text
    assert "CPU, 2 cores" in text
    assert "old" not in text
    assert "2.00 | at most" not in text


def test_the_document_has_a_place_for_the_recorded_run() -> None:
    assert report.is_recordable(command.DOCUMENT)
