"""`pg-drip leads import`, as a whole: the command's start, the file's parsing, COPY, and the enrolling."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from bench.figures import Bench, Bound, Figure
from bench.fleet import Fleet, prepare
from bench.timing import interleave, seconds
from pg_drip.errors import PgDripError


def rows(bench: Bench) -> list[Figure]:
    """A CSV of people nobody knows yet, into a fleet."""
    template = prepare(bench, Fleet(bench.size.leads))
    people = bench.size.written
    client, campaign = (str(_id(name)) for name in ("client 0", "campaign 0"))

    def load(file: Path) -> float:
        with bench.server.copy(template) as database:
            command = ["leads", "import", str(file), "--client", client, "--campaign", campaign, "--json"]
            finished: list[subprocess.CompletedProcess[str]] = []
            took = seconds(
                lambda: finished.append(
                    subprocess.run(
                        [sys.executable, "-m", "pg_drip", *command],
                        env=database.environment(),
                        capture_output=True,
                        text=True,
                        check=False,
                    )
                )
            )
            if finished[0].returncode != 0:
                raise PgDripError(f"pg-drip leads import failed: {finished[0].stderr.strip()}", "Run it by hand.")
            json.loads(finished[0].stdout)
            with database.connect() as connection:
                row = connection.execute(
                    "select count(*) from drip.leads as l where l.phone between '+15' and '+16'"
                ).fetchone()
            if row != (people,):
                raise PgDripError(f"{row} of {people:,} people were imported.", "See the command's output.")
            return people / took

    bench.say(f"pg-drip leads import of {people:,} rows")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        _write(file, people)
        [imported] = interleave(bench.size.repeats, lambda: load(file))
    return [
        Figure(
            "import",
            f"pg-drip leads import of {people:,} rows, from the command's start to its end",
            imported.median,
            Bound(10_000, "rows/s", is_minimum=True),
            {"import": (imported, "rows/s")},
        )
    ]


def _write(file: Path, people: int) -> None:
    with file.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["first_name", "last_name", "phone", "email"])
        writer.writerows(
            (f"First{n % 1000}", f"Last{n % 977}", f"+1{5000000000 + n}", f"new{n}@example.com") for n in range(people)
        )


def _id(name: str) -> uuid.UUID:
    return uuid.UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())
