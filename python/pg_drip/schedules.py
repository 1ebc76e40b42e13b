"""The schedules that come with the package: `pg_cron/`, one file each, the file's name being the schedule's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pg_drip.errors import PgDripError
from pg_drip.sources import resource_folder

if TYPE_CHECKING:
    from pathlib import Path

_FILE = re.compile(r"\A-- schedule: (?P<cron>\S+(?: \S+){4})\n-- (?P<purpose>[^\n]+)\n(?P<command>[^;]+);\s*\Z")
# cron counts the days of the week from Sunday, APScheduler from Monday; names mean the same to both.
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Schedule:
    """A statement, and when it runs: `cron` in pg_cron's notation, in UTC."""

    name: str
    cron: str
    purpose: str
    command: str

    @property
    def crontab(self) -> str:
        """The same time for APScheduler's `CronTrigger.from_crontab`."""
        *rest, weekday = self.cron.split(" ")
        return " ".join([*rest, re.sub(r"(?<![/\d])[0-7](?!\d)", lambda day: _DAYS[int(day[0])], weekday)])


def read_schedules(folder: Path | None = None) -> list[Schedule]:
    """The schedules in a folder, by name; the default is the package's own.

    Raises:
        PgDripError: a file is not two comment lines (`-- schedule: */15 * * * *`, then the purpose) and one statement.
    """
    return [_read(path) for path in sorted((folder or resource_folder("pg_cron")).glob("*.sql"))]


def _read(path: Path) -> Schedule:
    parts = _FILE.match(path.read_text(encoding="utf-8"))
    if parts is None:
        raise PgDripError(
            f"{path.name} is no schedule.",
            "It starts with -- schedule: */15 * * * *, then a comment what it does, then one statement.",
        )
    return Schedule(path.stem, parts["cron"], parts["purpose"], parts["command"].strip())
