"""The schedules that come with the package, and when the clock that stands in for pg_cron runs them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pg_drip.errors import PgDripError
from pg_drip.schedules import Schedule, make_trigger, read_schedules

if TYPE_CHECKING:
    from pathlib import Path


def test_the_schedules() -> None:
    found = {schedule.name: (schedule.cron_expression, schedule.command) for schedule in read_schedules()}
    assert found == {
        "de-enroll": ("*/15 * * * *", "call drip.de_enroll_on_schedule('de-enroll')"),
        "fold-statistics": ("* * * * *", "select drip.fold_campaign_stats()"),
        "purge": ("23 3 * * *", "select * from drip.purge()"),
        "reap-runs": ("* * * * *", "select drip.reap_runs()"),
    }


def test_each_says_what_it_is_for() -> None:
    for schedule in read_schedules():
        assert schedule.purpose.endswith(".")


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


ALL = {
    "minutes": list(range(60)),
    "hours": list(range(24)),
    "days": list(range(1, 32)),
    "months": list(range(1, 13)),
    "weekdays": list(range(7)),
}


def schedule(*, is_either_day: bool = False, **fields: list[int]) -> Schedule:
    """A schedule with these values, and all of the fields that are not given."""
    return Schedule(
        name="x",
        cron_expression="",
        command="select 1",
        purpose="",
        enabled=True,
        installed_in=None,
        installed_by=None,
        is_either_day=is_either_day,
        **{**ALL, **fields},
    )


def is_time(one: Schedule, at: datetime) -> bool:
    """Cron's rule, written down once more: Sunday is 0."""
    is_day, is_weekday = at.day in one.days, at.isoweekday() % 7 in one.weekdays
    is_either = (is_day or is_weekday) if one.is_either_day else (is_day and is_weekday)
    return at.minute in one.minutes and at.hour in one.hours and at.month in one.months and is_either


@pytest.mark.parametrize(
    "one",
    [
        schedule(),
        schedule(minutes=[0, 15, 30, 45]),
        schedule(minutes=[23], hours=[3]),
        schedule(minutes=[0], hours=[6], weekdays=[0]),
        schedule(minutes=[0], hours=[6, 18], weekdays=[1, 2, 3, 4, 5]),
        schedule(minutes=[0], hours=[6], weekdays=[0, 5, 6]),
        schedule(minutes=[5], hours=[0], days=[1, 15]),
        schedule(minutes=[5], hours=[0], days=[1, 13], weekdays=[1, 5], is_either_day=True),
        schedule(minutes=[5], hours=[0], days=[13], weekdays=[5]),
        schedule(minutes=[59], hours=[23], days=[29], months=[2]),
        schedule(minutes=[0], hours=[0], days=[31], months=[1, 4, 12]),
    ],
    ids=lambda one: str({name: getattr(one, name) for name in ALL if getattr(one, name) != ALL[name]}),
)
def test_the_clock_runs_when_cron_would(one: Schedule) -> None:
    """Over five years with a leap day, the next 40 runs from the start are cron's minutes and no others."""
    start = datetime(2027, 12, 30, 23, 58, 30, tzinfo=UTC)
    trigger = make_trigger(one)
    expected: list[datetime] = []
    at = start.replace(second=0) + timedelta(minutes=1)
    end = at + timedelta(days=5 * 366)
    while at < end and len(expected) < 40:
        if is_time(one, at):
            expected.append(at)
        # Whole days without a run, or hours, are passed over.
        is_day = at.month in one.months and any(
            is_time(one, at.replace(hour=hour, minute=minute)) for hour in one.hours for minute in one.minutes
        )
        at += timedelta(minutes=1) if is_day else timedelta(days=1) - timedelta(hours=at.hour, minutes=at.minute)
    assert expected
    fired: list[datetime] = []
    previous, now = None, start
    while len(fired) < len(expected):
        previous = trigger.get_next_fire_time(previous, now)
        fired.append(previous)
        now = previous + timedelta(seconds=1)
    assert fired == expected
