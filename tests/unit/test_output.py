"""What is printed: plain in a pipe, at most 100 columns, JSON in camel case."""

from __future__ import annotations

import json
import re
from uuid import UUID

import pytest

from pg_drip.cli import output
from pg_drip.models import HealthCheck, StuckReport, SweepResult

CLIENT = UUID(int=1)
RESULT = SweepResult(
    success=False,
    found=1235,
    processed=1234,
    by_outcome={"completed": 1200, "booked": 0, "opted_out": 34, "campaign_deleted": 0},
    failed=1,
    skipped=0,
    seconds=0.5,
    leads_per_second=2468,
    runs=[CLIENT],
    errors=[],
)


def test_json_has_the_outcomes_as_the_database_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json(RESULT)
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == [
        *("success", "found", "processed", "byOutcome", "failed", "skipped", "seconds", "leadsPerSecond"),
        *("runs", "errors"),
    ]
    assert printed["byOutcome"] == {"completed": 1200, "booked": 0, "opted_out": 34, "campaign_deleted": 0}
    assert printed["runs"] == [str(CLIENT)]


def test_a_sweep_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_sweep(output.make_console(), RESULT)
    printed = capsys.readouterr().out
    assert "1,234 leads left in 0.50 s, 2,468 leads/s." in printed
    assert "\x1b" not in printed


def test_tables_fit_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    console = output.make_console()
    output.print_health(
        console,
        [HealthCheck(name="last_sweep", status="ok", value=1234.5, unit="minutes", meaning="x " * 99)],
    )
    report = StuckReport(client_id=CLIENT, reason="failing", outcome=None, leads=1, fixed=0, advice="y " * 99)
    output.print_stuck_leads(console, [report, report], with_fixed=True)
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 100
    assert "1,234.5" in printed
    assert re.search(r"failing +- +2 +0 ", printed)


def test_no_progress_bar_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with output.sweep_progress() as watcher:
        assert watcher is None
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("number", "expected"), [(0, "0 leads"), (1, "1 lead"), (2000, "2,000 leads")])
def test_counts_in_words(number: int, expected: str) -> None:
    assert output.count(number, "lead") == expected
