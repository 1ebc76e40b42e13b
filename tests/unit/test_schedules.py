"""The schedules that come with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from apscheduler.triggers.cron import CronTrigger

from pg_drip.errors import PgDripError
from pg_drip.schedules import Schedule, read_schedules

if TYPE_CHECKING:
    from pathlib import Path


def test_the_schedules() -> None:
    found = {schedule.name: (schedule.cron, schedule.command) for schedule in read_schedules()}
    assert found == {
        "de-enroll": ("*/15 * * * *", "call drip.de_enroll_all_clients()"),
        "fold-statistics": ("* * * * *", "select drip.fold_campaign_stats()"),
        "reap-runs": ("* * * * *", "select drip.reap_runs()"),
    }


def test_each_says_what_it_is_for_and_runs_on_the_clock() -> None:
    for schedule in read_schedules():
        assert schedule.purpose.endswith(".")
        CronTrigger.from_crontab(schedule.crontab)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("*/15 * * * *", "*/15 * * * *"),
        ("0 6 * * 0", "0 6 * * sun"),
        ("0 6 * * 7", "0 6 * * sun"),
        ("0 6 * * 1-5", "0 6 * * mon-fri"),
        ("0 6 1 1 */2", "0 6 1 1 */2"),
    ],
)
def test_days_of_the_week_mean_the_same_to_the_clock(cron: str, expected: str) -> None:
    assert Schedule("x", cron, "X.", "select 1").crontab == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "select 1;\n",
        "-- schedule: * * * *\n-- Four fields.\nselect 1;\n",
        "-- schedule: * * * * *\nselect 1;\n",
        "-- schedule: * * * * *\n-- Two statements.\nselect 1; select 2;\n",
        "-- schedule: * * * * *\n-- No end.\nselect 1\n",
    ],
)
def test_a_file_that_is_no_schedule_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.sql").write_text(text)
    with pytest.raises(PgDripError, match=r"broken\.sql is no schedule"):
        read_schedules(tmp_path)
